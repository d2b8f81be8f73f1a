namespace ClaudeBatch.Core.Input;

/// <summary>The rows of a job that an input has.</summary>
public sealed class InputRows
{
    private readonly KnownRequests _known;

    private readonly long _firstNew;

    internal InputRows(KnownRequests known, long firstNew)
    {
        _known = known;
        _firstNew = firstNew;
        Absent = known.Count - known.SeenCount;
    }

    /// <summary>How many requests of the job are not in the input.</summary>
    public long Absent { get; }

    /// <summary>Tells whether the input has a row.</summary>
    /// <param name="row">The number of the row in the job, from 0.</param>
    public bool Has(long row) => row >= _firstNew || _known.WasSeen(row);
}
