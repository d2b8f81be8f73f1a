using System.Globalization;
using System.Text;
using ClaudeBatch.Core.Input;

namespace ClaudeBatch.Benchmarks;

/// <summary>The data that every contestant gets: requests of 2,440 bytes, answers of 970 bytes, and rows of three columns.</summary>
internal static class BenchData
{
    private const int PromptLength = 2_300;

    private const int AnswerLength = 480;

    public static void Write(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        string text = string.Concat(Enumerable.Repeat("The parcel has not arrived, and nobody answers the phone. ", 60));
        using (StreamWriter requests = Open(folder, RequestsOf(count)))
        {
            for (int i = 0; i < count; i++)
            {
                requests.Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $$$$"""{"custom_id":"row-{{{{i:0000000}}}}","params":{"model":"claude-haiku-4-5","max_tokens":100,"messages":[{"role":"user","content":"{{{{i}}}} {{{{text.AsSpan(0, PromptLength)}}}}"}]}}"""));
                requests.Write('\n');
            }
        }

        using (StreamWriter rows = Open(folder, RowsOf(count)))
        {
            rows.Write("Id,Language,Body\n");
            for (int i = 0; i < count; i++)
            {
                rows.Write(string.Create(CultureInfo.InvariantCulture, $"{i},en,\"{i} {text.AsSpan(0, 120)}\"\n"));
            }
        }

        // One file of answers for each part, in random order, because the service returns results in no particular order.
        for (int first = 0; first < count; first += SpoolLimits.MostRequests)
        {
            int size = Math.Min(SpoolLimits.MostRequests, count - first);
            int[] order = [.. Enumerable.Range(first, size)];
            new Random(first).Shuffle(order);
            using StreamWriter results = Open(folder, ResultsOf(first, size));
            foreach (int i in order)
            {
                results.Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $$$$$"""{"custom_id":"row-{{{{{i:0000000}}}}}","result":{"type":"succeeded","message":{"id":"msg_01{{{{{i:000000000000000000000000}}}}}","type":"message","role":"assistant","model":"claude-haiku-4-5-20251001","content":[{"type":"text","text":"{{{{{i}}}}} {{{{{text.AsSpan(0, AnswerLength)}}}}}"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":500,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":100,"service_tier":"batch","inference_geo":"not_available"}}}}"""));
                results.Write('\n');
            }
        }
    }

    /// <summary>Returns the name of the file with the answers to <paramref name="count"/> requests from row <paramref name="first"/> on.</summary>
    public static string ResultsOf(int first, int count) => string.Create(CultureInfo.InvariantCulture, $"results-{first}-{count}.jsonl");

    public static string RequestsOf(int count) => string.Create(CultureInfo.InvariantCulture, $"requests-{count}.jsonl");

    public static string RowsOf(int count) => string.Create(CultureInfo.InvariantCulture, $"rows-{count}.csv");

    private static StreamWriter Open(string folder, string name) => new(Path.Combine(folder, name), append: false, new UTF8Encoding(false), 1 << 20);
}
