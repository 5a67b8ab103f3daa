/** Names of sections of a table of rules, and names near them. */
export function sectionNames(rules) {
  const names = rules.flatMap(({ name }) => {
    const plain = name.replace(/\+$/, '');
    const near = [`${plain}/`, `${plain}x`, `${plain}.s`, `${plain}.s/target`, `${plain}+`, plain.slice(0, -1)];
    return [plain, `${plain}/target`, ...near];
  });
  return [...new Set([...names, 'maps', 'classifier/x', 'nothing', 'license'])].filter(Boolean);
}

/** What libbpf_prog_type_by_name() answers: type and attach type, or `none`. */
export function answerText({ error, type, attach_type }) {
  return error === undefined ? `${type} ${attach_type}` : 'none';
}

/** What differs between answers of libbpf and the rules here. */
export function compareSections(answers, ruleOf) {
  return answers.flatMap((answer) => {
    const rule = ruleOf(answer.section);
    const own = rule ? `${rule.progType} ${rule.expectedAttachType}` : 'none';
    const theirs = answerText(answer);
    return own === theirs ? [] : [`section ${answer.section}: type and attach type ${own} here, ${theirs} there`];
  });
}
