using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>The arrays of an <see cref="OutcomeTable"/>, some 10 MB for a whole batch. A large job fills the same ones once a part.</summary>
internal sealed class OutcomeRoom(int capacity)
{
    // Weak: between two jobs of a long-lived shell nothing holds them.
    private static readonly WeakReference<OutcomeRoom?> s_spare = new(null);

    private OutcomeRecord[] _outcomes = new OutcomeRecord[capacity];

    private readonly Dictionary<OutcomeWords, int> _places = [];

    private readonly List<OutcomeWords> _words = [];

    public IdTable Ids { get; } = new(capacity);

    /// <summary>What the outcomes refer to.</summary>
    public IReadOnlyList<OutcomeWords> Words => _words;

    /// <summary>In row order, beside their ids.</summary>
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
        _words.Clear();
        _places.Clear();
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

    /// <summary>Where these words stand, from 1.</summary>
    public int PlaceOf(OutcomeWords words)
    {
        if (!_places.TryGetValue(words, out int place))
        {
            _words.Add(words);
            _places.Add(words, place = _words.Count);
        }

        return place;
    }
}
