using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Output;

/// <summary>Writes each result as a JSON object: one on each line, or all in one array.</summary>
internal sealed class JsonResultTable(WholeFile file, ResultColumns columns, bool isArray) : ResultTable
{
    private bool _any;

    public override void Add(BatchResult result)
    {
        if (isArray)
        {
            file.Write(_any ? ",\n"u8 : "[\n"u8);
        }

        file.Write(JsonText.WriteObject(columns.Of(result).Select(static c => (c.Name, c.Value))));
        if (!isArray)
        {
            file.Write("\n"u8);
        }

        _any = true;
    }

    public override Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (isArray)
        {
            file.Write(_any ? "\n]\n"u8 : "[]\n"u8);
        }

        return Task.CompletedTask;
    }
}
