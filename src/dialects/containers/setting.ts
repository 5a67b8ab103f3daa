import type { ReadContext } from '../read_context.js';
import type { PlacedText } from '../source_text.js';

/** A key of an instance or profile with its value, and where both stand. */
export interface Setting {
  readonly key: PlacedText;
  readonly value: PlacedText;
  /** Of the file that it is in. */
  readonly context: ReadContext;
}
