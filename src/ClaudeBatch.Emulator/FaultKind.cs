namespace ClaudeBatch.Emulator;

/// <summary>The kinds of faults that a plan can have.</summary>
public static class FaultKind
{
    /// <summary>A batch is made, and the connection breaks before the reply to its create call.</summary>
    public const string LostReply = nameof(LostReply);

    /// <summary>A batch is made, and the connection breaks in the middle of the reply to its create call.</summary>
    public const string ReplyCut = nameof(ReplyCut);

    /// <summary>A create call is refused with the fault's status after its body was read.</summary>
    public const string Refuse = nameof(Refuse);

    /// <summary>A create call is refused with the fault's status before its whole body was read.</summary>
    public const string EarlyRefusal = nameof(EarlyRefusal);

    /// <summary>The connection breaks while the body of a create call is read.</summary>
    public const string BodyCut = nameof(BodyCut);

    /// <summary>An upload of a file is refused with the fault's status after its body was read.</summary>
    public const string FileRefuse = nameof(FileRefuse);

    /// <summary>A file is stored, and the connection breaks before the reply to its upload.</summary>
    public const string FileLostReply = nameof(FileLostReply);

    /// <summary>Somebody else makes a batch with the same number of requests right before a batch is made.</summary>
    public const string ForeignBatch = nameof(ForeignBatch);

    /// <summary>For a while, the connection breaks at every call.</summary>
    public const string Outage = nameof(Outage);

    /// <summary>A batch that exists is not found.</summary>
    public const string NotFound = nameof(NotFound);

    /// <summary>A list leaves out the batches that are younger than the fault's duration.</summary>
    public const string ListLag = nameof(ListLag);

    /// <summary>The connection breaks in the middle of the results.</summary>
    public const string DownloadCut = nameof(DownloadCut);

    /// <summary>In the middle of the results, nothing more comes, and the connection stays open.</summary>
    public const string DownloadStall = nameof(DownloadStall);

    /// <summary>The results end early, at the end of a line, as if they were complete.</summary>
    public const string DownloadShort = nameof(DownloadShort);

    /// <summary>The last line of the results lacks its end.</summary>
    public const string TornLastLine = nameof(TornLastLine);

    /// <summary>Some lines of the results come twice.</summary>
    public const string DuplicatedLines = nameof(DuplicatedLines);

    /// <summary>Some lines of the results are missing.</summary>
    public const string MissingLines = nameof(MissingLines);

    /// <summary>The results have lines with ids that are not in the batch.</summary>
    public const string ForeignLines = nameof(ForeignLines);

    /// <summary>Some lines of the results are not JSON or not UTF-8.</summary>
    public const string GarbledLines = nameof(GarbledLines);

    /// <summary>Some answers come without their usage.</summary>
    public const string UsageMissing = nameof(UsageMissing);

    /// <summary>An exchange of tokens is refused with the fault's status.</summary>
    public const string ExchangeRefuse = nameof(ExchangeRefuse);

    /// <summary>An access token is issued, and the connection breaks before the reply.</summary>
    public const string ExchangeLostReply = nameof(ExchangeLostReply);

    /// <summary>An exchange is answered after the fault's duration; never, where it has none.</summary>
    public const string ExchangeStall = nameof(ExchangeStall);

    /// <summary>All access tokens that were issued before this call are revoked.</summary>
    public const string TokenRevoked = nameof(TokenRevoked);

    public static IReadOnlyList<string> All { get; } =
    [
        LostReply, ReplyCut, Refuse, EarlyRefusal, BodyCut, FileRefuse, FileLostReply, ForeignBatch, Outage, NotFound, ListLag,
        DownloadCut, DownloadStall, DownloadShort, TornLastLine, DuplicatedLines, MissingLines, ForeignLines, GarbledLines, UsageMissing,
        ExchangeRefuse, ExchangeLostReply, ExchangeStall, TokenRevoked,
    ];
}
