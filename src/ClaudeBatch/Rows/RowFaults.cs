using System.Globalization;
using ClaudeBatch.Core;

namespace ClaudeBatch.Rows;

/// <summary>
/// What is wrong with the rows of an input: each cause once, with its first rows and their number, so that one misspelt column of ten
/// thousand rows is one error.
/// </summary>
internal sealed class RowFaults
{
    private const int MostCauses = 50;

    private readonly Dictionary<(string Id, string Message), Cause> _causes = [];

    private long _further;

    /// <summary>Adds the fault of a row. Its message says what is wrong, and not with which row.</summary>
    /// <param name="row">The number of the row in the input, from 1.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="input">The row.</param>
    public void Add(long row, ClaudeBatchException fault, object? input)
    {
        if (_causes.TryGetValue((fault.Id, fault.Message), out Cause? cause))
        {
            cause.Rows.Add(row);
        }
        else if (_causes.Count < MostCauses)
        {
            _causes.Add((fault.Id, fault.Message), new Cause(fault, input, row));
        }
        else
        {
            _further++;
        }
    }

    /// <summary>Makes one error for each cause, in the order in which they were met.</summary>
    public IEnumerable<ClaudeBatchException> ToErrors()
    {
        foreach (Cause cause in _causes.Values)
        {
            yield return new ClaudeBatchException(
                cause.Fault.Kind, cause.Fault.Id, $"{cause.Rows}: {cause.Fault.Message}{Example(cause)}", cause.Fault.InnerException)
            { Target = cause.Input };
        }

        if (_further > 0)
        {
            yield return new ClaudeBatchException(
                FailureKind.InvalidRequest,
                "RowsInvalid",
                string.Create(CultureInfo.InvariantCulture, $"{_further} further rows have other faults. Mend those above first."));
        }
    }

    private static string Example(Cause cause)
        => cause.Fault.Target is string { Length: > 0 } value && !cause.Fault.Message.Contains(value, StringComparison.Ordinal)
            ? $" The first is '{value}'."
            : string.Empty;

    private sealed class Cause(ClaudeBatchException fault, object? input, long row)
    {
        public ClaudeBatchException Fault => fault;

        public object? Input => input;

        public RowNumbers Rows { get; } = new(row);
    }
}
