"""How registry rows become rows the rules can read, and what follows from the verdicts. Frame in, frame out."""
