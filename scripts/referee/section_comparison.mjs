import { SECTION_RULES, sectionRule } from '../../dist/programs/libbpf/section_rule.js';

/** Names that are near those of libbpf's table. */
function variants({ name }) {
  const plain = name.replace(/\+$/, '');
  return [
    plain,
    `${plain}/target`,
    `${plain}/`,
    `${plain}x`,
    `${plain}.s`,
    `${plain}.s/target`,
    `${plain}+`,
    plain.slice(0, -1),
  ];
}

/** What differs between a release of libbpf and the rules here: of every name of the table, and of names near them. */
export function compareSections(libbpf) {
  const names = [...new Set([...SECTION_RULES.flatMap(variants), 'maps', 'classifier/x', 'nothing', 'license'])].filter(
    Boolean,
  );
  return libbpf.sections(names).flatMap((seen) => {
    const rule = sectionRule(seen.section, libbpf.release);
    const own = rule ? `${rule.progType} ${rule.expectedAttachType}` : 'none';
    const theirs = seen.error === undefined ? `${seen.type} ${seen.attach_type}` : 'none';
    return own === theirs ? [] : [`section ${seen.section}: type and attach type ${own} here, ${theirs} there`];
  });
}
