using System.Management.Automation;

namespace ClaudeBatch.Output;

/// <summary>Writes results to a file as rows of a table: first the columns of each result's source row, then those of the result.</summary>
internal abstract class ResultTable : IDisposable
{
    private static readonly (string Name, Func<BatchResult, object?> Value)[] s_columns =
    [
        (nameof(BatchResult.CustomId), static r => r.CustomId),
        (nameof(BatchResult.Status), static r => r.Status),
        (nameof(BatchResult.Text), static r => r.Text),
        (nameof(BatchResult.Output), static r => r.Output),
        (nameof(BatchResult.StopReason), static r => r.StopReason),
        (nameof(BatchResult.IsComplete), static r => r.IsComplete),
        (nameof(BatchResult.Reason), static r => r.Reason),
        (nameof(BatchResult.Model), static r => r.Model),
        (nameof(BatchResult.Usage), static r => r.Usage),
        (nameof(BatchResult.Cost), static r => r.Cost),
        (nameof(BatchResult.ErrorType), static r => r.ErrorType),
        (nameof(BatchResult.ErrorMessage), static r => r.ErrorMessage),
        (nameof(BatchResult.FailureClass), static r => r.FailureClass),
        (nameof(BatchResult.BatchId), static r => r.BatchId),
        (nameof(BatchResult.Job), static r => r.Job),
        (nameof(BatchResult.Attempt), static r => r.Attempt),
        (nameof(BatchResult.RequestId), static r => r.RequestId),
    ];

    private static readonly HashSet<string> s_names = s_columns.Select(static c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<string> OwnColumns => s_columns.Select(static c => c.Name);

    public abstract void Add(BatchResult result);

    /// <summary>Writes what is left, after the last result was added.</summary>
    public abstract void Complete();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Returns the cells of the source row. A column named like one of the result's gets the prefix <c>Source.</c>.</summary>
    protected static IEnumerable<(string Name, object? Value)> SourceCells(BatchResult result)
        => result.Source is null
            ? []
            : PSObject.AsPSObject(result.Source).Properties
                .Select(static p => (s_names.Contains(p.Name) ? "Source." + p.Name : p.Name, (object?)p.Value));

    protected static IEnumerable<(string Name, object? Value)> OwnCells(BatchResult result)
        => s_columns.Select(c => (c.Name, c.Value(result)));
}
