import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FORMAT_NAMES, type Format } from '../../src/dialects/formats.js';
import { readDelegations } from '../../src/dialects/read_delegations.js';
import { applyFixes } from '../../src/lint/apply_fixes.js';
import { lint } from '../../src/lint/lint.js';
import { cases } from '../cases.js';
import { anyCodePoints } from './any_code_points.js';
import { GRAMMAR } from './grammar.js';
import { expectFullAccount } from './line_laws.js';

/** Forms of a format that its grammar does not make. */
const MORE_FILES: Partial<Record<Format, readonly string[]>> = {
  'systemd-unit': [
    '[Service]\nPrivateBPF=yes\nDelegateNamespaces=mnt\nBPFDelegateCommands=BPFMapCreate, \\\n# c\nBPFProgLoad\nUser=web\nSystemCallFilter=~bpf\n',
    '# /etc/systemd/system/a.service\n[Service]\nPrivateBPF=yes\nBPFDelegateMaps=any\n\n# /etc/systemd/system/a.service.d/b.conf\n[Service]\nPrivateBPF=no\n',
  ],
  'systemctl-show': ['Id=a.service\nBPFDelegateMaps=BPFMapTypeHash,40\nDelegateNamespaces=131072\n\nId=b\n'],
  incus: [
    'architecture: x86_64\nconfig:\n  security.bpffs.delegate_cmds: map_create, prog_load\n  security.bpffs.path: "/p"\n  image.os: x\nprofiles:\n- default\n- bpf\nname: web\n',
    'instance:\n  config: {security.bpffs.delegate_cmds: "any",\n   security.syscalls.deny: bpf}\nprofiles:\n- name: b\n  config: {security.bpffs.path: \'/p\'}\n',
  ],
  'incus-command': [
    "incus config set web security.bpffs.delegate_cmds='map_create, prog_load' \\\n security.nesting=true\n",
    'incus profile set p security.bpffs.path=/p && incus init x a -p p -c security.bpffs.delegate_maps=any; incus cp a b\n',
  ],
};

const SIGNS = ['\n', '\\\n', '\n[', '\n#', '=', ',', ':', ': ', '- ', '"', "'", '{', '&a ', '*a', '\t', '\r\n', ' - '];

/** Of a text: up to twelve units from a place on are replaced. */
const anyEdit = fc.tuple(fc.nat(), fc.nat(12), fc.oneof(anyCodePoints(6), fc.constantFrom(...SIGNS)));

/** Files of a format with pieces cut out, put in or changed. */
function mutatedFiles(format: Format): fc.Arbitrary<string> {
  const whole = fc.oneof({ weight: 4, arbitrary: GRAMMAR[format] }, fc.constantFrom(...(MORE_FILES[format] ?? [''])));
  return fc.tuple(whole, fc.array(anyEdit, { minLength: 1, maxLength: 5 })).map(([file, edits]) => {
    let text = file;
    for (const [at, removed, added] of edits) {
      const start = at % (text.length + 1);
      text = text.slice(0, start) + added + text.slice(start + removed);
    }
    return text;
  });
}

test.each(FORMAT_NAMES)('%s: a mutated file is read with a note on each line, and linted, and mended', (format) => {
  fc.assert(
    fc.property(mutatedFiles(format), (text) => {
      const source = { file: 'a.service', text };
      expectFullAccount(source, readDelegations(source, { format }));
      const { findings } = lint(source, { format });
      const lines = text.split('\n');
      const outside = findings.filter(({ line, column }) => column < 1 || column > (lines[line - 1] ?? '').length + 1);
      expect(outside).toEqual([]);
      // A fix stays within its line, and what it replaces is no comment.
      const edits = findings.flatMap(({ fix = [] }) => fix);
      const wide = edits.filter(({ at }) => at.column - 1 + at.length > (lines[at.line - 1] ?? '').length);
      expect(wide).toEqual([]);
      const mended = { ...source, text: applyFixes(source, findings).text };
      expectFullAccount(mended, readDelegations(mended, { format }));
    }),
    { numRuns: cases(15, 1_000) },
  );
});
