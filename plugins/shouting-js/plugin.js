// Finds out who shouts: more than a share of the letters are capitals. The same plugin as the Rust one of the SDK's README.

// Set once by `configure`; the host keeps a snapshot of it.
let share = 0.7;

// The settings are the plugin's own table as JSON. What is thrown refuses them: every problem, with its place and a remedy.
export function configure(settings) {
  const table = JSON.parse(settings);
  const problems = Object.keys(table)
    .filter((key) => key !== 'share')
    .map((key) => problem(`/${key}`, `There is no setting \`${key}\`.`, 'The only one is `share`.'));
  if (table.share !== undefined) {
    if (typeof table.share !== 'number' || !(table.share >= 0 && table.share <= 1)) {
      problems.push(problem('/share', '`share` is not a number between 0 and 1.', 'Write a share such as `0.7`.'));
    }
    share = table.share;
  }
  if (problems.length > 0) {
    throw problems;
  }
}

// One list of signals for each interaction, in order.
export const classifier = {
  classify(batch) {
    return batch.map((interaction) => judge(interaction.text));
  },
};

function judge(text) {
  const letters = [...text].filter((letter) => letter.toLowerCase() !== letter.toUpperCase());
  const capitals = letters.filter((letter) => letter === letter.toUpperCase());
  if (letters.length < 10 || capitals.length < share * letters.length) {
    return [];
  }
  const reason = { code: 'capitals', params: [], text: 'Most letters are capitals.' };
  return [{ name: 'shouting', value: { tag: 'flag', val: true }, confidence: 0.9, evidence: [], reasons: [reason] }];
}

function problem(path, message, remedy) {
  return { path, line: null, column: null, message, remedy };
}
