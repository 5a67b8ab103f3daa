// The layout of what a text buffer says to the code that writes rows as text: TypeScript writes it (tables/text/text_buffer.ts),
// AssemblyScript reads it. This file is compiled by tsc and by asc. Each is a u32, an address unless it says otherwise.

/** Columns of rows. Lines are 0 where rows have none. */
export const TEXT_TASK = 0;
export const TEXT_TOKEN = 4;
export const TEXT_CMD = 8;
export const TEXT_TYPE = 12;
export const TEXT_ATTACH_TYPE = 16;
export const TEXT_INSN_CNT = 20;
export const TEXT_PRE = 24;
export const TEXT_VERDICTS = 28;
export const TEXT_LINES = 32;
/** Where the next byte goes. */
export const TEXT_OUT = 36;
/** How many tasks and tokens have a fragment. */
export const TEXT_TASK_COUNT = 40;
export const TEXT_TOKEN_COUNT = 44;
/** Tables of fragments: before the row number and before the line; after the line, and in place of it. */
export const TEXT_STARTS = 48;
export const TEXT_HEADS = 52;
export const TEXT_TASKS = 56;
/** One more than there are tokens: the last stands for none. */
export const TEXT_TOKENS = 60;
/** By command * TYPE_ROWS + type. */
export const TEXT_COMMANDS = 64;
export const TEXT_ATTACH_TYPES = 68;
/** Before a count of instructions, in place of one, and after one. */
export const TEXT_INSN_CNTS = 72;
export const TEXT_PRES = 76;
/** By verdict byte. */
export const TEXT_TAILS = 80;
/** The last place where a row may begin. */
export const TEXT_LIMIT = 84;
/** Whether rows have numbers: 0 or 1. */
export const TEXT_NUMBERS = 88;
/** A byte by command: not 0 where it reads the field. */
export const TEXT_ATTACH_TYPE_READERS = 128;
export const TEXT_INSN_CNT_READERS = 192;
/** The number of the next row in decimal, filled up with zeros on the left. */
export const TEXT_DIGITS = 256;
export const TEXT_MOST_DIGITS = 16;
export const TEXT_LAYOUT_SIZE = 320;
/** Most bytes that are written past a row. */
export const TEXT_PAST_ROW = 16;
