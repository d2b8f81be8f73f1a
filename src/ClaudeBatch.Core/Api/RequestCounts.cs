namespace ClaudeBatch.Core.Api;

/// <summary>How many requests of a batch are in each state. The counts always add up to the number of the batch's requests.</summary>
public sealed record RequestCounts(int Processing, int Succeeded, int Errored, int Canceled, int Expired)
{
    public int Total => Processing + Succeeded + Errored + Canceled + Expired;
}
