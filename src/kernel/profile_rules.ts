import { type FieldFault, faultError } from './field_fault.js';
import { PROFILES, type Profile, RULE_NAMES } from './profile.js';
import { isObject } from './ranges.js';
import type { Vocabulary } from './vocabulary.js';

const VOCABULARY_METHODS = [
  'has',
  'nameOf',
  'valueOf',
  'require',
  'names',
  'knownMask',
] as const satisfies readonly (keyof Vocabulary)[];

/** Throws an InvalidSpecError for what is no profile; `path` is where it was given: `profile`. */
export function checkProfile(profile: unknown, path: string): asserts profile is Profile {
  // Reading the description of a built-in one would make the names of two releases.
  if ((PROFILES as readonly unknown[]).includes(profile)) return;
  const fault = profileFault(profile);
  if (fault) throw faultError(fault, path);
}

function profileFault(profile: unknown): FieldFault | undefined {
  if (!isObject(profile))
    return { field: '', given: profile, expected: 'a profile (of profileNamed() or extendProfile())' };
  const { name, description, vocabulary, rules } = profile;
  if (typeof name !== 'string' || name === '') return { field: 'name', given: name, expected: 'a name' };
  if (typeof description !== 'string') return { field: 'description', given: description, expected: 'a text' };
  if (!isVocabulary(vocabulary)) {
    return { field: 'vocabulary', given: vocabulary, expected: 'the Vocabulary of a built-in profile' };
  }
  if (!isObject(rules)) return { field: 'rules', given: rules, expected: 'an object with every rule' };
  return rulesFault(rules);
}

/**
 * A vocabulary that went through structuredClone() or JSON has lost its methods. `instanceof` would refuse one of another
 * copy of this module, of which a process can have several (bundles of workers).
 */
export function isVocabulary(value: unknown): boolean {
  return (
    isObject(value) &&
    isObject(value.count) &&
    isObject(value.enumerators) &&
    VOCABULARY_METHODS.every((method) => typeof value[method] === 'function')
  );
}

/** Every rule must be there: one that is missing would count as false in one place and not in another. */
function rulesFault(rules: Readonly<Record<string, unknown>>): FieldFault | undefined {
  for (const rule of RULE_NAMES) {
    if (typeof rules[rule] !== 'boolean')
      return { field: `rules.${rule}`, given: rules[rule], expected: 'true or false' };
  }
  return Object.keys(rules).length === RULE_NAMES.length ? undefined : unknownRuleFault(rules);
}

/** The fault of a rule that there is none of, which would be ignored. */
function unknownRuleFault(rules: Readonly<Record<string, unknown>>): FieldFault | undefined {
  const unknown = Object.keys(rules).find((rule) => !(RULE_NAMES as readonly string[]).includes(rule));
  if (unknown === undefined) return undefined;
  return {
    field: `rules.${unknown}`,
    given: rules[unknown],
    expected: `none of that name (but ${RULE_NAMES.join(', ')})`,
  };
}
