import type { ByteReader } from '../byte_reader.js';
import type { TerminatedStrings } from '../terminated_strings.js';
import { readBtfStart } from './btf.js';

/** Where the length of each sort of record is in the header, after its offset. */
const FUNC_INFO = 8;
const LINE_INFO = 16;
const CORE_RELOCATIONS = 24;
/** Headers shorter than this have no relocations. */
const HEADER_WITH_RELOCATIONS = 32;
const LEAST_RECORD = 8;

/** What .BTF.ext says of instructions. */
export interface BtfExt {
  readonly hasFuncInfo: boolean;
  readonly hasLineInfo: boolean;
  /** Where instructions are relocated against the kernel's types: bytes from the start of each section, by its name. */
  readonly coreRelocations: ReadonlyMap<string, readonly number[]>;
}

/** Reads .BTF.ext. `strings`: those of .BTF. Throws BpfObjectError where it is not what version 1 should be. Source: btf_ext__new() of libbpf. */
export function readBtfExt(reader: ByteReader, strings: TerminatedStrings): BtfExt {
  const headerSize = readBtfStart(reader, '.BTF.ext');
  const records = (at: number) => readRecords(reader, headerSize, at, strings);
  return {
    hasFuncInfo: records(FUNC_INFO).size > 0,
    hasLineInfo: records(LINE_INFO).size > 0,
    coreRelocations: headerSize >= HEADER_WITH_RELOCATIONS ? records(CORE_RELOCATIONS) : new Map(),
  };
}

/** The offsets of instructions that records of a sort are of, by section. */
function readRecords(
  reader: ByteReader,
  headerSize: number,
  field: number,
  strings: TerminatedStrings,
): Map<string, number[]> {
  const found = new Map<string, number[]>();
  const offset = headerSize + reader.u32(field, 'the header of .BTF.ext');
  const length = reader.u32(field + 4, 'the header of .BTF.ext');
  if (length === 0) return found;
  const info = reader.within(offset, length, 'a part of .BTF.ext');
  const size = info.u32(0, 'the size of a record');
  if (size < LEAST_RECORD) throw info.error(0, `a record must have at least ${LEAST_RECORD} bytes; it has ${size}`);
  for (let at = 4; at < length; ) {
    const name = strings.at(info.u32(at, 'the section of records'), 'the section of records');
    const count = info.u32(at + 4, 'the number of records');
    info.check(at + 8, count * size, `${count} records of ${size} bytes`);
    const offsets = found.get(name) ?? [];
    for (let i = 0; i < count; i++) offsets.push(info.u32(at + 8 + i * size, 'a record'));
    found.set(name, offsets);
    at += 8 + count * size;
  }
  return found;
}
