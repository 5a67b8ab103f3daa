import { Fault } from '../abi/verdict.js';
import { InvalidRequestError } from '../errors.js';
import { describeGiven } from './field_fault.js';
import { isObject, isU32 } from './ranges.js';
import { needsFault } from './verifier/program_fault.js';
import type { Request } from './world.js';

const NUMBERS = ['task', 'token', 'cmd', 'type', 'attachType', 'insnCnt'] as const;
const OPTIONAL = ['bpffs', 'mapFlags'] as const;

/**
 * Throws an InvalidRequestError for a request by ids with a field that is no whole number of 32 bits: WebAssembly would take
 * NaN and 2^32 for 0. Numbers that stand for nothing are right: the verdict says so.
 */
export function validateRequest(request: Request): void {
  if (!isObject(request)) throw wrongField('request', request, 'an object');
  const { task, token, cmd, type, attachType, insnCnt, pre, bpffs, mapFlags } = request;
  if (
    isU32(task) &&
    isU32(token) &&
    isU32(cmd) &&
    isU32(type) &&
    isU32(attachType) &&
    isU32(insnCnt) &&
    isU32(pre) &&
    pre <= Fault.BAD_ROW &&
    (bpffs === undefined || isU32(bpffs)) &&
    (mapFlags === undefined || isU32(mapFlags))
  ) {
    checkProgramNeeds(request.program);
    return;
  }
  checkNumbers({ task, token, cmd, type, attachType, insnCnt });
  for (const field of OPTIONAL) {
    const given = request[field];
    if (given !== undefined && !isU32(given)) throw wrongField(field, given);
  }
  checkProgramNeeds(request.program);
  throw wrongField('pre', pre, `a whole number from 0 to ${Fault.BAD_ROW}`);
}

/** Throws an InvalidRequestError for what is no program of a request. */
export function checkProgramNeeds(program: unknown): void {
  const fault = program === undefined ? undefined : needsFault(program);
  if (!fault) return;
  const field = fault.field === '' ? 'program' : `program.${fault.field}`;
  throw wrongField(field, fault.given, fault.expected);
}

/** The same of some of its numbers. */
export function checkNumbers(numbers: Partial<Record<(typeof NUMBERS)[number], unknown>>): void {
  for (const field of NUMBERS) {
    if (field in numbers && !isU32(numbers[field])) throw wrongField(field, numbers[field]);
  }
}

function wrongField(field: string, given: unknown, expected = 'a whole number from 0 to 2^32-1'): InvalidRequestError {
  return new InvalidRequestError(field, `${field} is ${describeGiven(given)}: ${expected} is expected`);
}
