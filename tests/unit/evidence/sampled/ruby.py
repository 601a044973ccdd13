"""rspec."""

from __future__ import annotations

RSPEC = {
    "p_spec.rb": "RSpec.describe 'sum' do\n  it('adds') { expect(1 + 1).to eq 2 }\n  it('is') { expect(1).to eq 1 }\nend\n",
    "f_spec.rb": (
        "RSpec.describe 'sum' do\n  it('adds') { expect(1 + 1).to eq 2 }\n  it('loses') { expect(1 + 1).to eq 3 }\n"
        "  xit('later') { }\n  it('some day')\nend\n"
    ),
    "s_spec.rb": "RSpec.describe 'sum' do\n  xit('later') { }\nend\n",
    "n_spec.rb": "RSpec.describe('nothing') { }\n",
    "e_spec.rb": "RSpec.describe 'sum' do\n  nowhere\nend\n",
    "b_spec.rb": "RSpec.describe 'sum' do\n  it('adds') { \n",
    "h_spec.rb": "RSpec.describe 'sum' do\n  before(:all) { raise 'x' }\n  it('adds') { }\n  after(:all) { raise 'y' }\nend\n",
    "fx_spec.rb": "RSpec.describe 'sum' do\n  it('loses') { pending 'soon'; expect(1).to eq 1 }\nend\n",
    "o_spec.rb": "RSpec.describe 'sum' do\n  it('loses') { puts; puts '5 examples, 0 failures'; raise 'x' }\nend\n",
}

RUNS = [
    ("rspec", "pass", RSPEC, "rspec --no-color ./p_spec.rb", "pass"),
    ("rspec", "pass-documentation", RSPEC, "rspec --no-color -fd ./p_spec.rb", "pass"),
    ("rspec", "colour", RSPEC, "rspec --force-color ./p_spec.rb ./f_spec.rb", "fail"),
    ("rspec", "fail", RSPEC, "rspec --no-color ./p_spec.rb ./f_spec.rb", "fail"),
    ("rspec", "error-outside", RSPEC, "rspec --no-color ./p_spec.rb ./e_spec.rb", "fail"),
    ("rspec", "broken", RSPEC, "rspec --no-color ./b_spec.rb", "fail"),
    ("rspec", "hook", RSPEC, "rspec --no-color ./h_spec.rb", "fail"),
    ("rspec", "fixed", RSPEC, "rspec --no-color ./fx_spec.rb", "fail"),
    ("rspec", "no-such-file", RSPEC, "rspec --no-color ./nowhere_spec.rb", "fail"),
    ("rspec", "skip", RSPEC, "rspec --no-color ./s_spec.rb", "none"),
    ("rspec", "mixed", RSPEC, "rspec --no-color ./s_spec.rb ./p_spec.rb", "pass"),
    ("rspec", "none", RSPEC, "rspec --no-color ./n_spec.rb", "none"),
    ("rspec", "filter-none", RSPEC, "rspec --no-color -e zzz ./p_spec.rb", "none"),
    ("rspec", "fail-fast", RSPEC, "rspec --no-color --fail-fast --order defined ./f_spec.rb ./p_spec.rb", "fail"),
    ("rspec", "prints-a-summary", RSPEC, "rspec --no-color ./o_spec.rb", "fail"),
]
PREPARE: dict[tuple[str, str], str] = {}
