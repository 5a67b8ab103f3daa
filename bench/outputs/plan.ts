/** How much is measured: ten million rows, five times. */
export const OUTPUT_PLAN = { rows: 10_000_000, rounds: 5 };
/** In a smoke run. */
export const QUICK_OUTPUT_PLAN = { rows: 1_000_000, rounds: 3 };
