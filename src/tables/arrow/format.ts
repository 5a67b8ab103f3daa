/** What an Arrow file begins and ends with. */
export const MAGIC = 'ARROW1';
/** The magic at the start is filled up to this. */
export const MAGIC_BYTES = 8;
/** Before a message's metadata: -1, then its length; files of before 2019 have only the length. */
export const CONTINUATION = -1;
