import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Format } from '../../src/dialects/formats.js';
import { applyFixes } from '../../src/lint/apply_fixes.js';
import { lint } from '../../src/lint/lint.js';
import { RULES } from '../../src/lint/rules.js';
import { certainSlip } from '../../src/names/certain_slip.js';
import { lintSarif } from '../../src/report/lint_sarif.js';
import { cases } from '../cases.js';

/** The text after all fixes. */
function mended(text: string, format: Format, file = 'f'): string {
  let source = { file, text };
  for (let round = 0; round < 10; round++) {
    const next = applyFixes(source, lint(source, { format }).findings).text;
    if (next === source.text) break;
    source = { file, text: next };
  }
  return source.text;
}
const UNIT = '[Service]\nExecStart=/bin/x\nPrivateBPF=yes\nDelegateNamespaces=mnt\n';
const unit = (lines: string) => mended(UNIT + lines, 'systemd-unit').slice(UNIT.length);

describe('a guess was written as a fix', () => {
  test.each([
    'delegate_links=any',
    'delegate_types=any',
    'pid=5',
    'id=1000',
    'node=1',
    'delegate_progs=an',
    'delegate_progs=ANY',
    'delegate_attachs=sk',
    'delegate_progs=lsn',
    // mount(8) takes the quotes for a part of the name.
    '"delegate_cmds=any"',
  ])('an option: %s', (options) => {
    const text = `none /run/b bpf ${options} 0 0\n`;
    expect(mended(text, 'fstab')).toBe(text);
  });

  test.each([
    'BPFDelegateCommands=all',
    'BPFDelegateCommands=an',
    'BPFDelegateCommands=BPFLoad',
    'BPFDelegatePrograms=BPFProgTypeLsn',
    // Its name sets another bit.
    'BPFDelegatePrograms=BPFProgTypeSyscall',
    'BPFDelegatePrograms=BPF_PROG_TYPE_NETFILTER',
    'BPFDelegatePrograms=syscall',
    'BPFDelegateLinks=any',
    'Uses=web',
  ])('a unit: %s', (line) => {
    expect(unit(`${line}\n`)).toBe(`${line}\n`);
  });

  test('a key, and a name of a container', () => {
    const text = 'config:\n  security.bpffs.delegate_progs: sk\n  security.bpffs.delegate_links: any\n';
    expect(mended(text, 'incus')).toBe(text);
  });
});

test('a slip is still mended', () => {
  expect(mended('none /b bpf delegate_map=arary,delegate_program=xdp 0 0\n', 'fstab')).toBe(
    'none /b bpf delegate_maps=array,delegate_progs=xdp 0 0\n',
  );
  expect(unit('BPFDelegateCommand=BPFProgLod,prog_attach,BPFprogdetach\n')).toBe(
    'BPFDelegateCommands=BPFProgLoad,BPFProgAttach,BPFProgDetach\n',
  );
});

describe('lines that a backslash joins', () => {
  const lines = 'BPFDelegatePrograms=BPFProgTypeXdp,\\\n# keep me\nBPFProgTypeKprob\n';

  test('a fix deleted comments and joined lines', () => {
    expect(unit(lines)).toBe(lines.replace('Kprob', 'Kprobe'));
    expect(unit(lines.replace('Kprob', 'Xdp:BPFProgTypeLsm'))).toBe(lines.replace('Kprob', 'Xdp,BPFProgTypeLsm'));
    const over = 'BPFDelegatePrograms=BPFProgType\\\nXdp\n';
    expect(unit(over)).toBe(over);
  });

  test('the finding stood at the backslash, and ended past the end of its line', () => {
    const { findings } = lint({ file: 'a.service', text: UNIT + lines });
    const [found] = findings.filter(({ code }) => code === 'misspelt-name');
    expect([found?.line, found?.column, found?.length]).toEqual([7, 1, 16]);
    const text = `${UNIT}BPFDelegatePrograms=BPFProgType\\\nXdp, BPFProgTypeKprobe,\\\n BPFProgTypeLsm\n`;
    const run = {
      profile: '',
      files: 1,
      findings: lint({ file: 'a.service', text }).findings,
      disabled: [],
      fixed: [],
    };
    const sarif = JSON.parse(JSON.stringify(lintSarif(run, RULES, '0')));
    interface Region {
      readonly startLine: number;
      readonly endColumn: number;
    }
    const regions: Region[] = sarif.runs[0].results.map(
      (result: { locations: [{ physicalLocation: { region: Region } }] }) =>
        result.locations[0].physicalLocation.region,
    );
    const ends = regions.map((one) => one.endColumn <= (text.split('\n')[one.startLine - 1]?.length ?? 0) + 1);
    expect(ends).not.toContain(false);
    expect(ends.length).toBeGreaterThan(1);
  });

  test('a comment behind a value is moved, and not removed', () => {
    expect(unit('BPFDelegateMaps=BPFMapTypeHash # why\n')).toBe('# why\nBPFDelegateMaps=BPFMapTypeHash\n');
    const inList = 'BPFDelegateMaps=BPFMapTypeArray,\\\nBPFMapTypeHash # why\n';
    expect(unit(inList)).toBe('BPFDelegateMaps=BPFMapTypeArray,\\\n# why\nBPFMapTypeHash\n');
    const open = 'BPFDelegateMaps=BPFMapTypeArray # why \\\n,BPFMapTypeHash\n';
    expect(unit(open)).toBe(open);
  });
});

test('two misspelt settings were both mended to one, and the first was lost', () => {
  expect(unit('BPFDelegateProgs=BPFProgTypeXdp\nBPFDelegateProgram=BPFProgTypeKprobe\n')).toBe(
    'BPFDelegatePrograms=BPFProgTypeXdp\nBPFDelegateProgram=BPFProgTypeKprobe\n',
  );
  // One that is set later would take its place.
  const later = 'BPFDelegateProgs=BPFProgTypeXdp\nBPFDelegatePrograms=BPFProgTypeKprobe\n';
  expect(unit(later)).toBe(later);
  const keys = '  security.bpffs.delegate_cmd: map_create\n  security.bpffs.delegate_cmdss: prog_load\n';
  expect(mended(`config:\n${keys}`, 'incus')).toBe(`config:\n${keys.replace('cmd:', 'cmds:')}`);
  const run =
    'systemd-run -p PrivateBPF=yes -p BPFDelegateProgs=BPFProgTypeXdp -p BPFDelegateProgram=BPFProgTypeLsm x\n';
  expect(mended(run, 'systemd-run')).toBe(run.replace('Progs', 'Programs'));
});

test('a slip: one edit of a name is, unless another name is as near; of a word of few letters none is', () => {
  const name = fc.stringMatching(/^[a-z]{6,12}$/);
  fc.assert(
    fc.property(name, fc.nat(), fc.constantFrom('a', 'z', ''), (word, at, letter) => {
      const i = at % word.length;
      const slip = word.slice(0, i) + letter + word.slice(i + 1);
      expect(certainSlip(slip, [word])).toBe(word);
      expect(certainSlip(slip.toUpperCase(), ['other', word])).toBe(word);
      const twin = `${word.slice(0, i)}7${word.slice(i + 1)}`;
      if (slip !== word) expect(certainSlip(slip, [word, twin])).toBeUndefined();
      expect(certainSlip(`"${word}`, [word])).toBeUndefined();
      expect(certainSlip(`xx${word}xx`, [word])).toBeUndefined();
    }),
    { numRuns: cases(100, 5_000) },
  );
  expect(certainSlip('xpd', ['xdp'])).toBeUndefined();
  expect(certainSlip('hahs', ['hash'])).toBe('hash');
  expect(certainSlip('hass', ['hash'])).toBeUndefined();
  expect(certainSlip('XDP', ['xdp'])).toBe('xdp');
});
