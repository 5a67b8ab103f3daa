import type { LintFinding, Severity } from '../lint/finding.js';
import type { Rule } from '../lint/rule.js';
import type { LintRun } from './lint_json.js';

/** SARIF has no word for security: a tag says it. */
const LEVEL: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  security: 'warning',
  warning: 'warning',
  suggestion: 'note',
};

/** Findings as SARIF 2.1.0 (OASIS), as code hosts and editors read it. */
export function lintSarif({ findings, disabled }: LintRun, rules: readonly Rule[], version: string): object {
  const codes = rules.map(({ code }) => code);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'bpftoken', version, rules: rules.map(ruleDescriptor) } },
        columnKind: 'utf16CodeUnits',
        results: [
          ...findings.map((finding) => result(finding, codes)),
          ...disabled.map(({ finding, reason }) => ({
            ...result(finding, codes),
            suppressions: [{ kind: 'inSource', justification: reason }],
          })),
        ],
      },
    ],
  };
}

function ruleDescriptor({ code, severity, about }: Rule): object {
  return {
    id: code,
    shortDescription: { text: about },
    defaultConfiguration: { level: LEVEL[severity] },
    properties: { tags: [severity] },
  };
}

function result(finding: LintFinding, codes: readonly string[]): object {
  const { code, severity, file, line, column, length, message, fix } = finding;
  const artifactLocation = { uri: file.split('/').map(encodeURIComponent).join('/') };
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVEL[severity],
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation,
          region: { startLine: line, startColumn: column, endColumn: column + length },
        },
      },
    ],
    ...(fix
      ? {
          fixes: [
            {
              description: { text: 'mends what the message says' },
              artifactChanges: [
                {
                  artifactLocation,
                  replacements: fix.map(({ at, text }) => ({
                    deletedRegion: {
                      startLine: at.line,
                      startColumn: at.column,
                      endColumn: at.column + at.length,
                    },
                    insertedContent: { text },
                  })),
                },
              ],
            },
          ],
        }
      : {}),
  };
}
