namespace ClaudeBatch.Core.Api;

/// <summary>Tells whether the service was reached by any of the calls that were made.</summary>
/// <remarks>
/// A call that fails while others are answered is that call's own trouble, and its job goes on. When none is answered, something is wrong
/// with the network or with the service as a whole.
/// </remarks>
internal sealed class ServiceReach
{
    private volatile bool _isAnswered;

    private volatile ClaudeBatchException? _failure;

    /// <summary>How the last call failed, where the service has answered none of those that were made; null where it has, or was not
    /// called.</summary>
    public ClaudeBatchException? Outage => _isAnswered ? null : _failure;

    /// <summary>Makes a call, and notes what became of it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="proves">Whether it is the service that has answered, where the call succeeds: its reply was read and is one of the
    /// service's.</param>
    public async Task<T> WatchAsync<T>(Func<Task<T>> call, bool proves)
    {
        try
        {
            T reply = await call().ConfigureAwait(false);
            _isAnswered |= proves;
            return reply;
        }
        catch (ClaudeBatchException failure)
        {
            // A page of a gateway is no answer, whatever its status; and a service that says that it fails at everything is out, too.
            bool isOutage = failure.Kind is FailureKind.Network or FailureKind.Timeout or FailureKind.Service or FailureKind.InvalidData;
            _failure = isOutage ? failure : _failure;
            _isAnswered |= !isOutage && (failure.IsFromService || failure.Kind is FailureKind.RateLimited or FailureKind.Overloaded);
            throw;
        }
    }
}
