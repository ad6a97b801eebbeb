/** 2025 began then, in ms since 1970: a clock that says less has not been set. */
export const PLAUSIBLE = 1_735_689_600_000
