// The layout of what a text reader says to the code that reads rows from text: TypeScript writes it (tables/text/row_reader.ts),
// AssemblyScript reads it. This file is compiled by tsc and by asc. Each is a u32, an address unless it says otherwise.

/** Places of cells: those of REQUEST_COLUMNS, then one for what is of no interest. */
export const READ_COLUMNS = 10;
export const READ_DISCARD = 10;
/** Tables of spellings: by column, and of keys. insn_cnt has none. */
export const READ_KEYS = 10;
export const READ_TABLES = 11;

/** The byte that comes next, which starts a line; where the last whole line ends; from where on no row may start. */
export const READ_AT = 0;
export const READ_END = 4;
export const READ_STOP = 8;
/** The row that comes next, and how many there is room for: numbers. */
export const READ_ROW = 12;
export const READ_ROWS = 16;
/** The number of the line that comes next. */
export const READ_LINE = 20;
/** 1 where a row of the chunk has an expectation. */
export const READ_HAS_EXPECT = 24;
/** For CSV: how many fields a row has, and a byte each with its place. */
export const READ_FIELDS = 28;
export const READ_PLACES = 32;
/** How many fields the line had that was split last: 0 for a blank one, 1 for an object. */
export const READ_SPLIT = 36;
/** Most bytes of a line without its line feed; a longer one is left to the caller: a number. */
export const READ_MAX_LINE = 52;
/** The table of the spelling that is not known, and where it lies. */
export const READ_MISS_TABLE = 40;
export const READ_MISS_START = 44;
export const READ_MISS_END = 48;
/** Columns of rows. */
export const READ_TASK = 64;
export const READ_TOKEN = 68;
export const READ_CMD = 72;
export const READ_TYPE = 76;
export const READ_ATTACH_TYPE = 80;
export const READ_INSN_CNT = 84;
export const READ_PRE = 88;
export const READ_EXPECT = 92;
export const READ_LINES = 96;
/** Of each table of spellings, its slots and one less than how many there are: a power of two. */
export const READ_SLOTS = 128;
export const READ_SLOT_MASKS = 172;
/** Where the cells of a row start and end, by place. */
export const READ_STARTS = 256;
export const READ_ENDS = 304;
export const READ_CELLS_END = 352;
/** A byte by command: what it reads (request/command_fields.ts). */
export const READ_TYPE_READERS = 384;
export const READ_TYPE_REQUIRED = 448;
export const READ_ATTACH_TYPE_READERS = 512;
export const READ_INSN_CNT_READERS = 576;
/** Of NDJSON: by place in an object, the slot of the key that was there last; 0 for none. */
export const READ_LAST_KEYS = 640;
export const MAX_LAST_KEYS = 32;
export const READ_LAYOUT_SIZE = 768;

/** A slot of a table of spellings: the hash, the address of the text (0 for a free slot), its length, and what it stands for. */
export const SLOT_SIZE = 16;
export const SLOT_HASH = 0;
export const SLOT_TEXT = 4;
export const SLOT_LENGTH = 8;
export const SLOT_VALUE = 12;
/** Most slots that are passed in a search: texts may be chosen for their hash. */
export const MAX_PROBES = 64;
/** What a text is filled up to, with zeros. */
export const TEXT_ALIGNMENT = 16;

/** Why reading ends: no whole line is left that may be read. */
export const READ_DONE = 0;
/** There is no room for another row. */
export const READ_FULL = 1;
/** A spelling is not known. */
export const READ_MISS = 2;
/** A line was split, and its cells make no plain row. */
export const READ_ODD = 3;
/** A line cannot be split plainly. */
export const READ_COMPLEX = 4;

/** What stands for an empty cell (tables/rows/name_cache.ts). */
export const CELL_EMPTY = -1;
/** Most bytes past the end of text that are read. */
export const PAST_TEXT = 64;
