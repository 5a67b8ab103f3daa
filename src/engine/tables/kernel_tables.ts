import type { Vocabulary } from '../../kernel/vocabulary.js';
import { writeCommands } from './commands.js';
import { writeDropReasons, writeOutcomes } from './outcomes.js';
import { writePermissionTables } from './permission_tables.js';
import { SIZE } from './region.js';
import { writeMapCreate, writeOtherCommands, writeProgLoad } from './requirements.js';
import { writeClasses, writeClassOutcomes, writeColumns } from './run_tables.js';
import type { TableProfile } from './table_profile.js';

const cache = new WeakMap<Vocabulary, Map<string, Uint8Array>>();

/**
 * The tables of a kernel, SIZE bytes; `isDisabled` says whether unprivileged_bpf_disabled is not 0. Profiles that share a
 * vocabulary and agree in the rules of a TableProfile share the tables: computing them takes milliseconds.
 */
export function profileTables({ vocabulary, rules }: TableProfile, isDisabled: boolean): Uint8Array {
  const { token_needs_own_userns, btf_get_fd_by_id_takes_token } = rules;
  const key = `${token_needs_own_userns} ${btf_get_fd_by_id_takes_token} ${isDisabled}`;
  const tables = cache.get(vocabulary) ?? new Map<string, Uint8Array>();
  cache.set(vocabulary, tables);
  let bytes = tables.get(key);
  if (!bytes) {
    // Only what the key names is passed on, so that no other rule can be read.
    bytes = makeTables({ vocabulary, rules: { token_needs_own_userns, btf_get_fd_by_id_takes_token } }, isDisabled);
    tables.set(key, bytes);
  }
  return bytes;
}

function makeTables(profile: TableProfile, isDisabled: boolean): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  writeCommands(view, profile);
  writeMapCreate(view, profile, isDisabled);
  writeProgLoad(view, profile, isDisabled);
  writeOtherCommands(view, profile);
  writeColumns(view);
  writeDropReasons(view);
  writeOutcomes(view);
  writeClasses(view);
  writeClassOutcomes(view);
  writePermissionTables(view, profile);
  return bytes;
}
