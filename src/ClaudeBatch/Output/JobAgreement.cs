using ClaudeBatch.Core.Measures;

namespace ClaudeBatch;

/// <summary>A job, or a variant of it, beside another one, over the rows that both have answered with a label.</summary>
public sealed class JobAgreement
{
    /// <summary>The job, its variant or the group of its rows that is beside the other.</summary>
    public string? This { get; set; }

    /// <summary>What it is beside, in the same words.</summary>
    public string? Other { get; set; }

    /// <summary>The other job.</summary>
    public string? Job { get; set; }

    /// <summary>The variant of the other job, or of the same one; null where variants are not measured apart.</summary>
    public string? Variant { get; set; }

    /// <summary>The rows that both have answered.</summary>
    public long Rows { get; set; }

    /// <summary>The share of them, 0 to 1, in which both say the same; null where there are none.</summary>
    public double? Agreement { get; set; }

    /// <summary>Cohen's kappa; null where there are no rows, and where both jobs say one label throughout.</summary>
    public double? Kappa { get; set; }

    /// <summary>How often only this job is right; null where nothing says which answer is right.</summary>
    public long? OnlyThis { get; set; }

    /// <summary>How often only the other job is right.</summary>
    public long? OnlyOther { get; set; }

    /// <summary>McNemar's exact p: how likely two jobs that are equally good differ as much by chance.</summary>
    public double? McNemarP { get; set; }

    public override string ToString() => Other ?? string.Empty;

    internal static JobAgreement From(Evaluation evaluation, MeasuredJob other, PairTable pair, bool isJudged) => new()
    {
        This = evaluation.ToString(),
        Other = Evaluation.NameOf(other.Name, other.VariantName ?? evaluation.Group),
        Job = other.Name,
        Variant = other.VariantName,
        Rows = pair.Rows,
        Agreement = pair.Agreement,
        Kappa = pair.Kappa,
        OnlyThis = isJudged ? pair.OnlyFirst : null,
        OnlyOther = isJudged ? pair.OnlySecond : null,
        McNemarP = isJudged ? pair.McNemarP : null,
    };
}
