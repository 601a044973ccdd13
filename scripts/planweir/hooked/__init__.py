"""What each hook script calls: the event taken apart, the layers below asked, the answer given."""
