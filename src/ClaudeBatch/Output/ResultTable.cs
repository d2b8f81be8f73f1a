using System.Collections;
using System.Management.Automation;
using System.Text;
using ClaudeBatch.Json;

namespace ClaudeBatch.Output;

/// <summary>Writes results to a file as rows of a table.</summary>
internal abstract class ResultTable : IDisposable
{
    public abstract void Add(BatchResult result);

    /// <summary>Writes what is left, after the last result was added.</summary>
    public abstract Task CompleteAsync(CancellationToken cancellationToken);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>
    /// Gives the text of a cell. A null becomes an empty one, as with Export-Csv. Objects and lists become JSON, where Export-Csv would
    /// write their type name.
    /// </summary>
    protected static string Text(object? value) => value switch
    {
        null => string.Empty,
        PSObject or Array or IDictionary => Encoding.UTF8.GetString(JsonText.Write(value)),
        _ => JsonText.Text(value),
    };
}
