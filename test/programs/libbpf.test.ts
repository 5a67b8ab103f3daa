import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SECTION_RULES, sectionRule } from '../../src/programs/libbpf/section_rule.js';
import { LIBBPF_RELEASES } from '../../src/programs/libbpf/section_table.js';
import { readBpfObject } from '../../src/programs/read_object.js';
import {
  comparison,
  OBJECT_ANSWERS,
  OBJECTS,
  type ObjectAnswers,
  objectBytes,
  SECTION_ANSWERS,
} from './libbpf_answers.js';

test.each(LIBBPF_RELEASES)('sections mean what libbpf %s says: those of its table, and names near them', (release) => {
  const own = SECTION_ANSWERS.map(({ section }) => {
    const rule = sectionRule(section, release);
    return [section, rule ? `${rule.progType} ${rule.expectedAttachType}` : 'none'];
  });
  expect(own).toEqual(SECTION_ANSWERS.map(({ section, answers }) => [section, answers[release]]));
  expect(own.length).toBeGreaterThan(600);
});

test('the objects have a program for every rule of the table, and each was recorded', () => {
  const names = readdirSync(OBJECTS).filter((name) => name.endsWith('.o'));
  expect(names.length).toBeGreaterThanOrEqual(30);
  expect(OBJECT_ANSWERS.map(({ object }) => object).sort()).toEqual(names.sort());
  const rules = new Set(
    names.flatMap((name) => readBpfObject(objectBytes(name)).programs.map(({ section }) => sectionRule(section)?.name)),
  );
  expect(SECTION_RULES.map(({ name }) => name).filter((name) => !rules.has(name))).toEqual([]);
});

describe.each(OBJECT_ANSWERS)('$object', (answers) => {
  const object = readBpfObject(objectBytes(answers.object));

  test.skipIf(answers.error !== undefined)('has the programs and maps that libbpf opens', () => {
    expect(comparison.compareOpened(object, answers, sectionRule)).toEqual([]);
  });

  test('has the instructions, flags and licence that libbpf sends', () => {
    const { problems, compared } = comparison.compareLoads(object, answers.loads, sectionRule);
    expect(problems).toEqual([]);
    expect(compared).toBe(answers.loads.length);
  });

  test.skipIf(answers.error !== undefined)('refers to the maps and externs that libbpf finds', () => {
    expect(comparison.compareReferences(object, answers.references)).toEqual([]);
  });

  test('has the calls and the jumps back that llvm-objdump shows', () => {
    const { problems } = comparison.compareCalls(object, { calls: answers.calls, loops: new Set(answers.loops) });
    expect(problems).toEqual([]);
  });
});

test('what is recorded is enough to tell wrong counts and references', () => {
  const sum = (of: (answers: ObjectAnswers) => number) => OBJECT_ANSWERS.reduce((n, answers) => n + of(answers), 0);
  expect(sum(({ loads }) => loads.length)).toBeGreaterThan(100);
  expect(sum(({ references = [] }) => references.length)).toBeGreaterThan(40);
  expect(sum(({ calls }) => calls.length)).toBeGreaterThan(40);
});
