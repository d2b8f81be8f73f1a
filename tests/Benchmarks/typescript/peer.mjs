// Does the same work with the official TypeScript SDK, in the way its documentation shows. Its output has the form of the other peers'.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import Anthropic from '@anthropic-ai/sdk';

const [work, address, what] = process.argv.slice(2);
const client = new Anthropic({ apiKey: 'sk-ant-bench', baseURL: address, maxRetries: 0, timeout: 600_000 });

async function submit(file) {
  const requests = [];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    requests.push(JSON.parse(line));
  }
  return (await client.messages.batches.create({ requests })).request_counts.processing;
}

async function collect(id) {
  let count = 0;
  let characters = 0;
  for await (const line of await client.messages.batches.results(id)) {
    if (line.result.type === 'succeeded' && line.result.message.content[0].type === 'text') {
      count++;
      characters += line.result.message.content[0].text.length;
    }
  }
  return characters > 0 ? count : 0;
}

const start = performance.now();
const count = await (work === 'submit' ? submit : collect)(what);
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ seconds: Number(seconds.toFixed(3)), peakMB: Math.round(process.resourceUsage().maxRSS / 1024), count }));
