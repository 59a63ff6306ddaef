/**
 * How far a job is when a step begins, in percent. What is written fills the part from `makes` to
 * `made`, in a repair that from `repairs` to `repaired`; only its end brings a job near 100.
 */
export const BAR = {
  reads: 5,
  designs: 8,
  answers: 10,
  makes: 12,
  made: 70,
  checks: 71,
  saves: 72,
  plays: 73,
  repairs: 80,
  repaired: 86,
  playsAgain: 87,
  keeps: 94,
} as const;
