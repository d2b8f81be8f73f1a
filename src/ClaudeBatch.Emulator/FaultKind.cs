namespace ClaudeBatch.Emulator;

/// <summary>What can go wrong.</summary>
public static class FaultKind
{
    /// <summary>A batch is made, and the connection breaks before the reply.</summary>
    public const string LostReply = nameof(LostReply);

    /// <summary>A batch is made, and its reply breaks off.</summary>
    public const string ReplyCut = nameof(ReplyCut);

    /// <summary>A create is answered with a status of its own, after its body was read.</summary>
    public const string Refuse = nameof(Refuse);

    /// <summary>A create is answered before its body was read whole.</summary>
    public const string EarlyRefusal = nameof(EarlyRefusal);

    /// <summary>The connection breaks while a create's body is read.</summary>
    public const string BodyCut = nameof(BodyCut);

    /// <summary>Somebody else makes a batch of as many requests just before.</summary>
    public const string ForeignBatch = nameof(ForeignBatch);

    /// <summary>No call gets through for a while.</summary>
    public const string Outage = nameof(Outage);

    /// <summary>A batch that is there is not found.</summary>
    public const string NotFound = nameof(NotFound);

    /// <summary>Lists leave out batches younger than so long.</summary>
    public const string ListLag = nameof(ListLag);

    public const string DownloadCut = nameof(DownloadCut);

    public const string DownloadStall = nameof(DownloadStall);

    /// <summary>The results end early, at the end of a line, and nothing says so.</summary>
    public const string DownloadShort = nameof(DownloadShort);

    public const string TornLastLine = nameof(TornLastLine);

    public const string DuplicatedLines = nameof(DuplicatedLines);

    public const string MissingLines = nameof(MissingLines);

    public const string ForeignLines = nameof(ForeignLines);

    /// <summary>Lines that are not JSON or not UTF-8.</summary>
    public const string GarbledLines = nameof(GarbledLines);

    public static IReadOnlyList<string> All { get; } =
    [
        LostReply, ReplyCut, Refuse, EarlyRefusal, BodyCut, ForeignBatch, Outage, NotFound, ListLag,
        DownloadCut, DownloadStall, DownloadShort, TornLastLine, DuplicatedLines, MissingLines, ForeignLines, GarbledLines,
    ];
}
