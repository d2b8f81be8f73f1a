using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>The arrays of an <see cref="OutcomeTable"/>, some 20 MB for a whole batch. A large job fills the same ones once a part.</summary>
internal sealed class OutcomeRoom(int capacity)
{
    // Weak: between two jobs of a long-lived shell nothing holds them.
    private static readonly WeakReference<OutcomeRoom?> s_spare = new(null);

    private OutcomeRecord[] _outcomes = new OutcomeRecord[capacity];

    public IdTable Ids { get; } = new(capacity);

    /// <summary>In row order, beside their ids. One without a status is of a row no line has spoken of.</summary>
    public Span<OutcomeRecord> Outcomes => _outcomes.AsSpan(0, Ids.Count);

    public ReadOnlyMemory<OutcomeRecord> All => _outcomes.AsMemory(0, Ids.Count);

    /// <summary>The room that was given back, where it is large enough; else a new one.</summary>
    public static OutcomeRoom Take(int capacity)
    {
        lock (s_spare)
        {
            OutcomeRoom? spare = s_spare.TryGetTarget(out OutcomeRoom? last) && last._outcomes.Length >= capacity ? last : null;
            s_spare.SetTarget(null);
            return spare ?? new OutcomeRoom(capacity);
        }
    }

    public void GiveBack()
    {
        Ids.Clear();
        lock (s_spare)
        {
            s_spare.SetTarget(this);
        }
    }

    public void Add(long row, ReadOnlySpan<byte> id)
    {
        if (Ids.Count == _outcomes.Length)
        {
            Array.Resize(ref _outcomes, Math.Max(16, _outcomes.Length * 2));
        }

        _outcomes[Ids.Count] = new OutcomeRecord { Row = row };
        Ids.Add(id);
    }
}
