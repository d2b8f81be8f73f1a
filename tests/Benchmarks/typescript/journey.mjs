// The whole way from CSV to CSV with the official TypeScript SDK and two much used packages, as a user would write it.
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
const texts = new Map();
for await (const { custom_id, result } of await client.messages.batches.results(id)) {
  texts.set(custom_id, result.type === 'succeeded' ? result.message.content[0].text : result.type);
}
writeFileSync(output, stringify(rows.map((row) => ({ ...row, Text: texts.get(`msg-${row.Id}`) })), { header: true }));

const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ seconds: Number(seconds.toFixed(3)), peakMB: Math.round(process.resourceUsage().maxRSS / 1024), count: texts.size }));
