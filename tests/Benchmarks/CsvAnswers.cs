using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClaudeBatch.Benchmarks;

/// <summary>What a CSV file says of rows and answers, to show that two contestants have written the same.</summary>
/// <param name="Records">The number of records.</param>
/// <param name="Characters">The sum of the lengths of the answers.</param>
/// <param name="Digest">A digest of the columns Id, Body, Label and Text of all records, in their order.</param>
internal sealed record CsvAnswers(long Records, long Characters, string Digest)
{
    private static readonly string[] s_columns = ["Id", "Body", "Label", "Text"];

    /// <summary>Returns what a file has to say after <paramref name="count"/> answered rows.</summary>
    public static CsvAnswers Expected(int count) => Of(Enumerable.Range(0, count).Select(static i => (string[])[.. BenchMessages.Row(i), BenchMessages.Answer(i)]));

    public static CsvAnswers Of(string path)
    {
        using StreamReader reader = new(path);
        using IEnumerator<string[]> records = Read(reader).GetEnumerator();
        if (!records.MoveNext())
        {
            throw new InvalidOperationException($"'{path}' is empty.");
        }

        string[] header = records.Current;
        int[] places = [.. s_columns.Select(c => Array.IndexOf(header, c))];
        return places.Contains(-1)
            ? throw new InvalidOperationException($"'{path}' lacks a column of {string.Join(", ", s_columns)}.")
            : Of(Rest());

        IEnumerable<string[]> Rest()
        {
            while (records.MoveNext())
            {
                yield return [.. places.Select(p => records.Current[p])];
            }
        }
    }

    private static CsvAnswers Of(IEnumerable<string[]> records)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long count = 0;
        long characters = 0;
        foreach (string[] record in records)
        {
            count++;
            characters += record[^1].Length;
            foreach (string cell in record)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{cell.Length}:{cell}")));
            }
        }

        return new CsvAnswers(count, characters, Convert.ToHexString(hash.GetHashAndReset())[..16]);
    }

    private static IEnumerable<string[]> Read(StreamReader reader)
    {
        List<string> cells = [];
        StringBuilder cell = new();
        bool isQuoted = false;
        for (int c; (c = reader.Read()) >= 0;)
        {
            if (c == '"')
            {
                // A doubled quote inside of quotes is a quote.
                if (isQuoted && reader.Peek() == '"')
                {
                    cell.Append((char)reader.Read());
                }
                else
                {
                    isQuoted = !isQuoted;
                }
            }
            else if (isQuoted || c is not (',' or '\r' or '\n'))
            {
                cell.Append((char)c);
            }
            else if (c != '\r')
            {
                cells.Add(cell.ToString());
                cell.Clear();
                if (c == '\n')
                {
                    yield return [.. cells];
                    cells.Clear();
                }
            }
        }

        if (cells.Count > 0)
        {
            yield return [.. cells, cell.ToString()];
        }
    }
}
