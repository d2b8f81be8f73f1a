using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Hosted.Tests;

/// <summary>
/// What is exported from the bytes of a result is what its objects say. A result of which somebody has seen an object is exported from objects.
/// </summary>
public sealed class PlainExportTests : IDisposable
{
    private const int MostRows = 8;

    private static readonly string[] s_own =
    [
        "CustomId", "Status", "Text", "Output", "ToolCalls", "Citations", "StopReason", "IsComplete", "Reason", "Model", "Usage", "Cost",
        "ErrorType", "ErrorMessage", "FailureClass", "BatchId", "Job", "Attempt", "RequestId",
    ];

    private static readonly string[] s_formats = ["csv", "jsonl", "json"];

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private readonly Runspace _runspace;

    private readonly Type _result;

    public PlainExportTests()
    {
        _runspace = Module.OpenRunspace();
        using PowerShell shell = PowerShell.Create(_runspace);
        _result = (Type)shell.AddScript("[ClaudeBatch.BatchResult]").Invoke()[0].BaseObject;
    }

    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Any_results_are_exported_from_their_bytes_as_from_their_objects()
        => Prop.ForAll(Odd().NonEmptyListOf().Select(static a => a.Take(MostRows).ToArray()).ToArbitrary(), Compare)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(600));

    [Fact]
    public void Usual_results_are_exported_from_their_bytes_and_no_object_is_made()
        => Prop.ForAll(Usual().NonEmptyListOf().ToArbitrary(), usual =>
        {
            Answer[] answers = [.. usual.Take(MostRows)];
            Compare(answers);
            object[] results = [.. answers.Select(a => Result(a))];
            Export(results, "jsonl");
            Assert.All(results, r => Assert.Null(Field("_toolCalls").GetValue(r)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private void Compare(Answer[] answers)
    {
        foreach (string format in s_formats)
        {
            object[] seen = [.. answers.Select(a => Result(a))];
            foreach (object one in seen)
            {
                _ = _result.GetProperty("ToolCalls")!.GetValue(one);
            }

            Assert.Equal(Export(seen, format), Export([.. answers.Select(a => Result(a))], format));
            if (format == "csv")
            {
                Assert.Equal(Joined([.. seen.Select(r => Export([r], format))]), Export(seen, format));
            }
        }
    }

    // Puts files of one row together to that of all rows; gives what stopped the first that was stopped.
    private static string Joined(string[] files)
    {
        if (files.FirstOrDefault(static f => !f.StartsWith('"')) is { } stopped)
        {
            return stopped;
        }

        string[][][] tables = Array.ConvertAll(files, Rows);
        string[] found = [.. tables.SelectMany(static t => t[0]).Distinct(StringComparer.OrdinalIgnoreCase)];
        string[] own = [.. s_own.Where(found.Contains)];
        string[] columns = [.. found.Except(own), .. own];
        return string.Concat(tables.Select(table => columns.Select(
                c => Array.FindIndex(table[0], n => n.Equals(c, StringComparison.OrdinalIgnoreCase)) is >= 0 and var at ? table[1][at] : string.Empty))
            .Prepend(columns)
            .Select(static cells => string.Join(',', cells.Select(static c => $"\"{c}\"")) + Environment.NewLine));
    }

    // Gives the cells as they stand between their quotes.
    private static string[][] Rows(string csv)
    {
        List<string[]> rows = [];
        List<string> cells = [];
        for (int at = 0; at < csv.Length;)
        {
            int end = at + 1;
            while (csv[end] != '"' || csv[end + 1] == '"')
            {
                end += csv[end] == '"' ? 2 : 1;
            }

            cells.Add(csv[(at + 1)..end]);
            at = end + 2;
            if (csv[end + 1] != ',')
            {
                at = end + 1 + Environment.NewLine.Length;
                rows.Add([.. cells]);
                cells.Clear();
            }
        }

        return [.. rows];
    }

    private FieldInfo Field(string name) => _result.GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!;

    private object Result(Answer answer)
    {
        object result = Activator.CreateInstance(_result)!;
        Field("_line").SetValue(result, answer.Line);
        Field("_sourceJson").SetValue(result, answer.Row);
        _result.GetProperty("CustomId")!.SetValue(result, "a \"b\"\r\nü");
        _result.GetProperty("StopReason")!.SetValue(result, answer.StopReason);
        _result.GetProperty("Cost")!.SetValue(result, 0.10m);
        if (answer.Text is not null)
        {
            _result.GetProperty("Text")!.SetValue(result, answer.Text);
        }

        return result;
    }

    // The file, or what stopped the export.
    private string Export(object[] results, string format)
    {
        string path = Path.Combine(_folder, Guid.NewGuid() + "." + format);
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddCommand("Export-ClaudeBatchResult").AddParameter("LiteralPath", path).AddParameter("WarningAction", "Ignore");
        try
        {
            shell.Invoke(results);
            return s_strict.GetString(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is RuntimeException or System.Text.Json.JsonException)
        {
            Assert.Empty(Directory.EnumerateFiles(_folder, "*.partial"));
            return e.Message;
        }
    }

    private static Gen<Answer> Usual()
        => from body in Gen.Elements("plain", "", "two\\nlines \\\"quoted\\\"", "ü, — and \\t\\\\", "{\\\"label\\\": \\\"x\\\",\\n \\\"sure\\\":0.50}", "[1,2]", "[no](JSON)")
           from row in Gen.Elements("""{"Id":1,"Body":"a \"b\"","Label":null}""", """{"Id":"2","Body":"x","Label":true}""", """{"Id":3,"ä":[1,{"b":2.5}]}""", "")
           from tokens in Gen.Choose(0, 1_000_000)
           select new Answer(
               Bytes($$$"""{"custom_id":"a","result":{"type":"succeeded","message":{"content":[{"type":"text","text":"{{{body}}}"}],"usage":{"input_tokens":{{{tokens}}},"of":{"a":0},"tier":"batch"} } } }"""),
               Bytes(row),
               "end_turn",
               null);

    private static Gen<Answer> Odd()
        => from line in Line()
           from row in Gen.Frequency((40, Object(3)), (1, Json(2)), (5, Gen.Constant("")), (1, Nested(62, 66).Select(static n => $$"""{"Id":{{n}}}""")))
           from cut in Gen.Frequency((40, Gen.Constant(-1)), (1, Gen.Choose(0, 400)))
           from bad in Gen.Frequency((40, Gen.Constant(-1)), (1, Gen.Choose(0, 200)))
           from stop in Gen.Frequency((9, Gen.Constant("end_turn")), (1, Gen.Constant("tool_use")))
           from text in Gen.Frequency((40, Gen.Constant<string?>(null)), (4, Gen.Elements<string?>("set", "{\"a\": 1}", "[x", "a \"b\"")), (1, Gen.Constant<string?>("half \ud83d")))
           select new Answer(Broken(Bytes(line), cut, bad), Broken(Bytes(row), bad, cut), stop, text);

    private static byte[] Broken(byte[] bytes, int cut, int bad)
    {
        byte[] broken = cut < 0 ? bytes : bytes[..Math.Min(cut, bytes.Length)];
        if (bad >= 0 && bad < broken.Length)
        {
            broken[bad] = 0xFF;
        }

        return broken;
    }

    private static Gen<string> Line() => Gen.Frequency(
        (8, Message().Select(static m => $$$"""{"custom_id":"a","result":{"type":"succeeded","message":{{{m}}}}}""")),
        (1, Message().Select(static m => $$$"""{"result":{"mess\u0061ge": {{{m}}} ,"message":1},"result":2} x""")),
        (1, Gen.Constant("""{"custom_id":"a","result":{"type":"errored","error":{"type":"x"}}}""")),
        (1, Gen.Constant("")));

    private static Gen<string> Message()
        => from blocks in Gen.Frequency((5, Block().Select(static b => new[] { b })), (1, Block().ArrayOf()))
           from usage in Gen.Frequency((30, Object(2)), (6, Json(2)), (1, Nested(62, 66)))
           from twice in Gen.Frequency((8, Gen.Constant("")), (1, Gen.Elements("\"usage\":null,", "\"content\":[],", "\"content\":7,", "\"us\\u0061ge\":1,")))
           from order in Gen.Elements(true, false)
           select order
               ? $$"""{"id":"m",{{twice}}"content": [{{string.Join(',', blocks)}}],"usage":{{usage}}}"""
               : $$"""{"usage":{{usage}},"content":[{{string.Join(", ", blocks)}}],{{twice}}"id":"m"}""";

    private static Gen<string> Block() => Gen.Frequency(
        (6, Text().Select(static t => $$"""{"type":"text","text":{{t}}}""")),
        (3, Answered().Select(static t => $$"""{"text":{{t}},"type":"text"}""")),
        (1, Text().Select(static t => $$"""{"type":"te\u0078t","citations":null,"text":{{t}}}""")),
        (1, Text().Select(static t => $$"""{"type":"text","text":1,"text":{{t}},"citations":[{"cited_text":"x"}]}""")),
        (1, Text().Select(static t => $$"""{"type":"thinking","thinking":{{t}},"text":"no"}""")),
        (1, Json(1).Select(static t => $$"""{"type":"tool_use","id":"t","name":"n","input":{{t}}}""")),
        (1, Json(1)));

    // JSON as the text of an answer.
    private static Gen<string> Answered()
        => from json in Gen.Frequency((5, Object(3)), (2, Json(3)), (1, Nested(62, 66)))
           from before in Gen.Frequency((6, Gen.Constant("")), (2, Gen.Elements(" ", "\\n\\t", "\\u0020", "\u00a0", "\\f", "x")))
           from behind in Gen.Frequency((8, Gen.Constant("")), (1, Gen.Elements(" ", "\\n", "x", ",")))
           select "\"" + before + json.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + behind + "\"";

    private static Gen<string> Nested(int least, int most)
        => from depth in Gen.Choose(least, most)
           from isArray in Gen.Elements(true, false)
           select isArray
               ? new string('[', depth) + new string(']', depth)
               : string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);

    private static Gen<string> Json(int depth) => depth == 0 ? Scalar() : Gen.Frequency(
        (4, Scalar()),
        (2, Object(depth)),
        (1, Json(depth - 1).ArrayOf().Select(static items => $"[{string.Join(',', items)}]")));

    private static Gen<string> Object(int depth)
        => from names in Name().ArrayOf().Where(static n => n.Length < 7)
           from values in Json(depth - 1).ArrayOf(names.Length)
           from space in Gen.Frequency((4, Gen.Constant("")), (1, Gen.Elements(" ", "\t")))
           select $"{{{space}{string.Join("," + space, names.Zip(values, (n, v) => $"{n}{space}:{space}{v}"))}}}";

    private static Gen<string> Name() => Gen.Frequency(
        (6, Gen.Elements("\"Id\"", "\"Body\"", "\"Label\"", "\"x\"", "\"y\"", "\"z 1\"")),
        (1, Gen.Elements("\"id\"", "\"Status\"", "\"Source.Status\"", "\"usage\"", "\"Output.x\"", "\"ToolCalls\"")),
        (1, Gen.Elements("\"\"", "\"psobject\"", "\"PSTypeNames\"", "\"ps\"", "\"Length\"", "\"Count\"", "\"I\\u0064\"", "\"a\\\"b\"")),
        (1, Gen.Elements("\"ä\"", "\"Ä\"", "\"k\"", "\"\u212a\"", "\"ſ\"", "\"s\"", "\"\ud83d\ude00\"", "\"\\ud83d\"", "\"a\u007f\"")));

    private static Gen<string> Scalar() => Gen.OneOf(
        Text(),
        Gen.Elements("null", "true", "false", "0", "-0", "-0.0", "0.0", "1", "-17", "2.50", "0.0001", "1e3", "1E-400", "1e400"),
        Gen.Elements("123456789012345678", "-123456789012345678", "1234567890123456789", "12345678901234567890123", "0.12345678901234567890123456789012"),
        ArbMap.Default.GeneratorFor<double>().Select(static d => double.IsFinite(d) ? d.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : "1"));

    private static Gen<string> Text()
        => Gen.Frequency(
                (6, Gen.Elements("a", " word ", "ü", "12", "{", "[", "]", ",", "日本", "\u00a0")),
                (3, Gen.Elements("\\n", "\\\"", "\\\\", "\\t", "\\r", "\\b", "\\f", "\\/")),
                (2, Gen.Elements("\\u00e9", "\\u0022", "\\u001f", "\\ud83d\\ude00", "\\ud83d", "\\uDE00", "\\\\ud", "\\u2028", "\\u0000", "\\uffff")),
                (1, Gen.Elements("\ud83d\ude00", "\u007f", "\u2028", "\ufeff", "\ue000", "'", "&<>+`")))
            .ArrayOf().Select(static parts => "\"" + string.Concat(parts) + "\"");

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private sealed record Answer(byte[] Line, byte[] Row, string StopReason, string? Text)
    {
        public override string ToString()
            => $"{Encoding.UTF8.GetString(Line)}\n{Encoding.UTF8.GetString(Row)}\n{StopReason} {Text}\n";
    }
}
