using System.Globalization;
using System.Text;
using ClaudeBatch.Core.Input;

namespace ClaudeBatch.Benchmarks;

/// <summary>The requests of 2,440 bytes and answers of 970 bytes that every contestant gets; see <see cref="BenchMessages"/> for the rows.</summary>
internal static class BenchData
{
    /// <summary>Where the id stands in a line of results.</summary>
    public const int PlaceOfId = 14;

    private const int PromptLength = 2_300;

    private const int AnswerLength = 480;

    private static readonly string s_text = string.Concat(Enumerable.Repeat("The parcel has not arrived, and nobody answers the phone. ", 60));

    /// <summary>Writes a file of requests from row <paramref name="first"/> on, and a file of answers for each of its parts, if they are not there.</summary>
    /// <returns>The path of the requests.</returns>
    public static string Requests(string folder, int first, int count)
    {
        string path = RequestsOf(folder, first, count);
        WriteOnce(path, first, count, static i => string.Create(
            CultureInfo.InvariantCulture,
            $$$$"""{"custom_id":"row-{{{{i:0000000}}}}","params":{"model":"claude-haiku-4-5","max_tokens":100,"messages":[{"role":"user","content":"{{{{i}}}} {{{{s_text.AsSpan(0, PromptLength)}}}}"}]}}"""));
        foreach ((int start, int size) in Parts(first, count))
        {
            WriteOnce(ResultsOf(folder, start, size), start, size, static i => Result($"row-{i:0000000}", i, $"{i} {s_text.AsSpan(0, AnswerLength)}"), isShuffled: true);
        }

        return path;
    }

    /// <summary>Removes what <see cref="Requests"/> has written.</summary>
    public static void Remove(string folder, int first, int count)
    {
        File.Delete(RequestsOf(folder, first, count));
        foreach ((int start, int size) in Parts(first, count))
        {
            File.Delete(ResultsOf(folder, start, size));
        }
    }

    public static string RequestsOf(string folder, int first, int count)
        => Path.Combine(folder, first == 0 ? $"requests-{count}.jsonl" : $"requests-{first}-{count}.jsonl");

    /// <summary>Returns the path of the answers to the <paramref name="count"/> requests from row <paramref name="first"/> on.</summary>
    public static string ResultsOf(string folder, int first, int count) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"results-{first}-{count}.jsonl"));

    /// <summary>Returns a line of results.</summary>
    /// <param name="id">The custom id.</param>
    /// <param name="number">A number that makes the message's id.</param>
    /// <param name="text">The answer, as it stands in a JSON string.</param>
    public static string Result(string id, int number, string text)
        => Result(id, number, $$"""{"type":"text","text":"{{text}}"}""", "end_turn");

    /// <summary>Returns a line of results whose answer calls the tool.</summary>
    public static string ResultWithCall(string id, int number) => Result(
        id,
        number,
        string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"type":"text","text":"I look at the order first."},{"type":"tool_use","id":"toolu_01{{{number:0000000000000000000000}}}","name":"Get-Order","input":{"Number":{{{number}}}}}"""),
        "tool_use");

    private static string Result(string id, int number, string content, string stopReason) => string.Create(
        CultureInfo.InvariantCulture,
        $$$$$"""{"custom_id":"{{{{{id}}}}}","result":{"type":"succeeded","message":{"id":"msg_01{{{{{number:000000000000000000000000}}}}}","type":"message","role":"assistant","model":"claude-haiku-4-5-20251001","content":[{{{{{content}}}}}],"stop_reason":"{{{{{stopReason}}}}}","stop_sequence":null,"usage":{"input_tokens":500,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":100,"service_tier":"batch","inference_geo":"not_available"}}}}""");

    /// <summary>Cuts rows into parts as the module does.</summary>
    public static IEnumerable<(int First, int Count)> Parts(int first, int count)
    {
        for (int start = first; start < first + count; start += SpoolLimits.MostRequests)
        {
            yield return (start, Math.Min(SpoolLimits.MostRequests, first + count - start));
        }
    }

    /// <summary>Writes a line for each row. A file that is there whole is left as it is.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="line">Makes the line of a row.</param>
    /// <param name="isShuffled">Whether the lines are in random order, as the service's results are.</param>
    /// <param name="header">The first line of the file, if it has one.</param>
    public static void WriteOnce(string path, int first, int count, Func<int, string> line, bool isShuffled = false, string? header = null)
    {
        if (File.Exists(path))
        {
            return;
        }

        int[] order = [.. Enumerable.Range(first, count)];
        if (isShuffled)
        {
            new Random(first).Shuffle(order);
        }

        using (StreamWriter writer = new(path + ".part", append: false, new UTF8Encoding(false), 1 << 20) { NewLine = "\n" })
        {
            if (header is not null)
            {
                writer.WriteLine(header);
            }

            foreach (int i in order)
            {
                writer.WriteLine(line(i));
            }
        }

        File.Move(path + ".part", path);
    }
}
