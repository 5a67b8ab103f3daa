import type { FieldFault } from '../field_fault.js';
import { isObject, isU32 } from '../ranges.js';
import { LIBERTY_NAMES } from './liberties.js';

/** The first field of a program of a world that is wrong, or undefined. The value is of any type: worlds come from callers that no compiler checked. */
export function programFault(row: unknown): FieldFault | undefined {
  if (!isObject(row)) return { field: '', given: row, expected: 'a program' };
  const { name, progType, attachType } = row;
  if (typeof name !== 'string' || name === '') return { field: 'name', given: name, expected: 'a name' };
  if (!isU32(progType)) return { field: 'progType', given: progType, expected: 'the number of a program type' };
  if (!isU32(attachType)) return { field: 'attachType', given: attachType, expected: 'the number of an attach type' };
  return needsFault(row);
}

/** The same of what the program of a request needs. */
export function needsFault(needs: unknown): FieldFault | undefined {
  if (!isObject(needs))
    return { field: '', given: needs, expected: 'an object of helpers, liberties, isGpl and isSleepable' };
  const { helpers, liberties, target, isGpl, isSleepable } = needs;
  if (!Array.isArray(helpers) || !helpers.every((id) => isU32(id) && id > 0)) {
    return { field: 'helpers', given: helpers, expected: 'an array of numbers of helpers' };
  }
  const names: readonly unknown[] = LIBERTY_NAMES;
  if (!Array.isArray(liberties) || !liberties.every((liberty) => names.includes(liberty))) {
    return { field: 'liberties', given: liberties, expected: 'an array of names of liberties' };
  }
  if (target !== undefined && typeof target !== 'string') return { field: 'target', given: target, expected: 'a text' };
  if (typeof isGpl !== 'boolean') return { field: 'isGpl', given: isGpl, expected: 'true or false' };
  if (typeof isSleepable !== 'boolean') return { field: 'isSleepable', given: isSleepable, expected: 'true or false' };
  return undefined;
}
