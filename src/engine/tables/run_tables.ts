import * as L from '../../abi/memory_layout.js';
import { OUTCOME_MASK } from '../../abi/verdict.js';
import { FIRST } from './region.js';
import { requirementAddress } from './requirements.js';

/** For runs: the outcome of every row of PROG_LOAD, and the fields that all rows of a command and type share, as columns. */
export function writeColumns(view: DataView): void {
  const columns = [
    [L.COLUMN_TYPE_AT, L.REQ_TYPE_AT],
    [L.COLUMN_TYPE_BIT, L.REQ_TYPE_BIT],
    [L.COLUMN_CMD_BITS, L.REQ_CMD_BITS],
    [L.COLUMN_NEEDS, L.REQ_NEEDS],
    [L.COLUMN_OUTCOME_IF_CAPABLE, L.REQ_OUTCOME_IF_CAPABLE],
    [L.COLUMN_FLAGS, L.REQ_FLAGS],
  ] as const;
  for (let n = 0; n < L.TYPE_ROWS; n++) {
    for (const [column, field] of columns) {
      const at = column - FIRST + n;
      view.setUint8(at + L.COLUMN_PROG_LOAD, view.getUint8(requirementAddress(n, 0, field)));
      view.setUint8(at + L.COLUMN_MAP_CREATE, view.getUint8(requirementAddress(L.REQ_HIGH_MAP_CREATE, n, field)));
      view.setUint8(at + L.COLUMN_OTHERS, view.getUint8(requirementAddress(L.REQ_HIGH_OTHERS, n, field)));
    }
    // A program's outcome depends on its attach type: the column says so with a number that is no outcome.
    view.setUint8(L.COLUMN_OUTCOME_IF_CAPABLE - FIRST + L.COLUMN_PROG_LOAD + n, OUTCOME_MASK);
    for (let attach = 0; attach < L.TYPE_ROWS; attach++) {
      const outcome = view.getUint8(requirementAddress(n, attach, L.REQ_OUTCOME_IF_CAPABLE));
      view.setUint8(L.WORLD_OUTCOMES_IF_CAPABLE - FIRST + n * L.TYPE_ROWS + attach, outcome | L.DISPOSITION_BITS);
    }
  }
}

/** The class of every row of the requirement table: first of PROG_LOAD, then of the other commands. */
export function writeClasses(view: DataView): void {
  const programRows = L.REQ_HIGH_MAP_CREATE * L.TYPE_ROWS;
  writeClassesOf(view, 0, programRows, 0);
  writeClassesOf(view, programRows, L.REQ_ROWS, L.OTHER_CLASSES);
}

/** The classes of the rows from `start` to before `end`, numbered from `first` on. */
function writeClassesOf(view: DataView, start: number, end: number, first: number): void {
  const classes = new Map<number, number>();
  for (let row = start; row < end; row++) {
    const requirement = row * L.REQ_SIZE - FIRST;
    const attachBit = view.getUint8(requirement + L.REQ_ATTACH_BIT);
    const given = row & L.LAST_TYPE;
    const effective =
      (view.getUint8(requirement + L.REQ_ATTACH_AT) + L.WORLD_TOKENS - L.TOKEN_ATTACHS) * 8 +
      (31 - Math.clz32(attachBit));
    const cmdBits = view.getUint8(requirement + L.REQ_CMD_BITS);
    const needs = view.getUint8(requirement + L.REQ_NEEDS);
    const outcome = view.getUint8(requirement + L.REQ_OUTCOME_IF_CAPABLE);
    const flags = view.getUint8(requirement + L.REQ_FLAGS);
    const dropReasonType = view.getUint8(requirement + L.REQ_TYPE_BIT) === 0 ? L.DROP_REASON_NONE : L.DROP_REASON_TYPE;
    const dropReasonAttach = attachBit === 0 ? L.DROP_REASON_NONE : L.DROP_REASON_ATTACH;
    const effectiveType = attachBit === 0 || effective === given ? 0 : effective;
    // 46 bits: a string for each of 4,224 rows would take most of the time.
    const key =
      (((cmdBits << 16) | (outcome << 8) | flags) * 16 + needs) * 2 ** 18 +
      ((dropReasonType << 15) | (dropReasonAttach << 12) | effectiveType);
    let requirementClass = classes.get(key);
    if (requirementClass === undefined) {
      // The rules make at most fifteen, whatever the vocabulary.
      if (classes.size === L.CLASSES_OF_HALF)
        throw new RangeError(`a half of the requirement table must have at most ${L.CLASSES_OF_HALF} classes of rows`);
      requirementClass = first + classes.size;
      classes.set(key, requirementClass);
      view.setUint8(L.CLASS_CMD_BITS + requirementClass - FIRST, cmdBits);
      view.setUint8(L.CLASS_NEEDS + requirementClass - FIRST, needs);
      view.setUint8(L.CLASS_OUTCOME_IF_CAPABLE + requirementClass - FIRST, outcome);
      view.setUint8(L.CLASS_FLAGS + requirementClass - FIRST, flags);
      view.setUint8(L.CLASS_DROP_REASON_TYPE + requirementClass - FIRST, dropReasonType);
      view.setUint8(L.CLASS_DROP_REASON_ATTACH + requirementClass - FIRST, dropReasonAttach);
      view.setUint8(L.CLASS_EFFECTIVE_ATTACH_TYPE + requirementClass - FIRST, effectiveType);
    }
    view.setUint8(L.WORLD_REQUIREMENT_CLASSES + row - FIRST, requirementClass);
  }
}

/** The outcome of every class by capabilities, as far as no LSM decides. */
export function writeClassOutcomes(view: DataView): void {
  for (let caps = 0; caps <= L.CAPS_ALL; caps++) {
    for (let requirementClass = 0; requirementClass < L.REQUIREMENT_CLASSES; requirementClass++) {
      const at = (column: number): number => view.getUint8(column + requirementClass - FIRST);
      const missing = at(L.CLASS_NEEDS) & ~caps;
      const reasons =
        at(L.CLASS_FLAGS) & L.REQ_UNPRIV_DISABLED ? L.OUTCOMES_OF_UNPRIV_DISABLED : L.OUTCOMES_OF_CAPABILITY;
      const outcome =
        missing === 0 ? at(L.CLASS_OUTCOME_IF_CAPABLE) : view.getUint8(L.WORLD_OUTCOMES + reasons + missing - FIRST);
      view.setUint8(L.WORLD_CLASS_OUTCOMES + caps * L.REQUIREMENT_CLASSES + requirementClass - FIRST, outcome);
    }
  }
}
