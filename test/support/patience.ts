/** How long something may take that a quick machine does at once, in milliseconds: less than a test may, which so tells what it waited for. */
export const PATIENCE = 240_000;
