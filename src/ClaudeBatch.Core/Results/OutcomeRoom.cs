using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>
/// The arrays of an <see cref="OutcomeTable"/>, about 10 MB for a full batch. They are used again for the next part of a large job.
/// </summary>
internal sealed class OutcomeRoom(int capacity)
{
    // The reference is weak, so that a shell that stays open between two jobs does not keep the memory.
    private static readonly WeakReference<OutcomeRoom?> s_spare = new(null);

    private OutcomeRecord[] _outcomes = new OutcomeRecord[capacity];

    private readonly Dictionary<OutcomeWords, int> _places = [];

    private readonly List<OutcomeWords> _words = [];

    public IdTable Ids { get; } = new(capacity);

    /// <summary>The distinct words of the outcomes, which <see cref="OutcomeRecord.WordsIndex"/> refers to.</summary>
    public IReadOnlyList<OutcomeWords> Words => _words;

    /// <summary>The outcomes in row order, each with the index of its id in <see cref="Ids"/>.</summary>
    public Span<OutcomeRecord> Outcomes => _outcomes.AsSpan(0, Ids.Count);

    public ReadOnlyMemory<OutcomeRecord> All => _outcomes.AsMemory(0, Ids.Count);

    /// <summary>Gives the arrays that were returned with <see cref="GiveBack"/> where they are large enough, else new ones.</summary>
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

    /// <summary>Gives the index of these words, from 1. New words are added.</summary>
    public int IndexOf(OutcomeWords words)
    {
        if (!_places.TryGetValue(words, out int place))
        {
            _words.Add(words);
            _places.Add(words, place = _words.Count);
        }

        return place;
    }
}
