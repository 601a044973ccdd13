"""What changed in the tree all the same, whoever's call it was: looks, and what explains what they find."""
