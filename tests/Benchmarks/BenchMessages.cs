using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClaudeBatch.Benchmarks;

/// <summary>Rows of the length of customer messages, and answers of 600 characters. Some of both have quotes, commas and line ends. Each is made of its number alone.</summary>
internal static class BenchMessages
{
    private const int AnswerLength = 600;

    private static readonly string[] s_words =
    [
        "parcel", "invoice", "charged", "twice", "October", "refund", "tracking", "tablet", "calendar", "crashes", "password", "reset", "mail", "never", "arrives", "account", "locked", "since", "Tuesday", "please", "cancel",
        "subscription", "agent", "phone", "waited", "minutes", "delivery", "address", "changed", "card", "declined", "currency", "exchange", "rate", "wrong", "pending", "transfer", "top-up", "missing", "café", "Zürich", "order",
        "broken", "replacement", "warranty", "receipt", "I", "my", "the", "was", "is", "not", "and", "again", "still", "why", "how", "when", "after", "before", "for", "a", "to", "of",
    ];

    private static readonly string[] s_labels = ["billing", "delivery", "technical", "account", "other, or several"];

    /// <summary>Writes the rows with the columns Id, Body, Label, if they are not there.</summary>
    /// <returns>The path of the file.</returns>
    public static string Rows(string folder, int count)
    {
        string path = RowsOf(folder, count);
        BenchData.WriteOnce(path, 0, count, static i => string.Join(',', Row(i).Select(Cell)), header: "Id,Body,Label");
        return path;
    }

    /// <summary>Writes the answers to the requests with the ids msg-0000000 and so on, if they are not there.</summary>
    public static void WriteAnswers(string folder, int count)
    {
        foreach ((int start, int size) in BenchData.Parts(0, count))
        {
            BenchData.WriteOnce(AnswersOf(folder, start, size), start, size, static i => Result($"msg-{i:0000000}", i), isShuffled: true);
        }
    }

    public static string RowsOf(string folder, int count) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"messages-{count}.csv"));

    public static string AnswersOf(string folder, int first, int count) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"answers-{first}-{count}.jsonl"));

    /// <summary>Returns a line of results.</summary>
    public static string Result(string id, int number) => BenchData.Result(id, number, JsonEncodedText.Encode(Answer(number), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString());

    /// <summary>Returns the cells of a row.</summary>
    public static string[] Row(int number)
    {
        Random random = new(number);
        // Most messages are short and a few long: 83 characters on the average, as in real ones.
        int length = 20 + (int)(260 * Math.Pow(random.NextDouble(), 3));
        return [number.ToString("0000000", CultureInfo.InvariantCulture), Text(random, length, exact: false), s_labels[number % s_labels.Length]];
    }

    public static string Answer(int number) => Text(new Random(~number), AnswerLength, exact: true);

    private static string Text(Random random, int length, bool exact)
    {
        StringBuilder text = new();
        while (text.Length < length)
        {
            string word = s_words[random.Next(s_words.Length)];
            text.Append(random.Next(60) switch
            {
                0 => $"\"{word}\" ",
                1 or 2 or 3 => $"{word}, ",
                4 => $"{word}.\n",
                _ => word + " ",
            });
        }

        // What ends in white space or a quote would be cut by nobody, but the comparison should not depend on it.
        text.Length = exact ? length - 1 : text.ToString().TrimEnd().Length;
        return text.Append('.').ToString();
    }

    private static string Cell(string text) => text.AsSpan().ContainsAny("\",\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
