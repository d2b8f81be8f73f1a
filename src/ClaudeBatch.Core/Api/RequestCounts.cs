namespace ClaudeBatch.Core.Api;

/// <summary>How many requests of a batch stand where. The sum is the number of requests, always.</summary>
public sealed record RequestCounts(int Processing, int Succeeded, int Errored, int Canceled, int Expired)
{
    public int Total => Processing + Succeeded + Errored + Canceled + Expired;
}
