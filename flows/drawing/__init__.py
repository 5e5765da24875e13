"""Charts, colours and words, of the report and of all others that draw: frames of counts and curves in, markup out.

A number that the rule of privacy hides is null: nothing is drawn for it.
"""
