// The whole way from CSV to CSV with the official TypeScript SDK and two much used packages, as a user would write it: of an answer its text, and
// what tells whether it can be used and what it costs.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

const [address, input, output] = process.argv.slice(2);
const start = performance.now();
const client = new Anthropic({ apiKey: 'sk-ant-bench', baseURL: address, maxRetries: 0, timeout: 600_000 });

const rows = parse(readFileSync(input), { columns: true, bom: true });
const requests = rows.map((row) => ({
  custom_id: `msg-${row.Id}`,
  params: { model: 'claude-haiku-4-5', max_tokens: 300, messages: [{ role: 'user', content: row.Body }] },
}));
const { id } = await client.messages.batches.create({ requests });
while ((await client.messages.batches.retrieve(id)).processing_status !== 'ended') {
  await setTimeout(1000);
}
const answers = new Map();
for await (const { custom_id, result } of await client.messages.batches.results(id)) {
  answers.set(custom_id, result);
}
const table = rows.map((row) => {
  const { type, message, error } = answers.get(`msg-${row.Id}`) ?? { type: 'missing' };
  return { ...row, Status: type, Text: message?.content[0].text, StopReason: message?.stop_reason,
    InputTokens: message?.usage.input_tokens, OutputTokens: message?.usage.output_tokens, Error: error?.error.message };
});
writeFileSync(output, stringify(table, { header: true }));

const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ seconds: Number(seconds.toFixed(3)), peakMB: Math.round(process.resourceUsage().maxRSS / 1024), count: answers.size }));
