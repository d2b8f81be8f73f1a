namespace ClaudeBatch.Emulator.Identity;

/// <summary>Recognizes who makes a call, by the rules of the platform that is emulated.</summary>
internal interface IEntrance
{
    /// <summary>Gives the caller, and the call as the service behind the entrance sees it. It does not wait for a body that is to be kept.</summary>
    /// <exception cref="ServiceError">The caller is not recognized, or has no access.</exception>
    Task<(Caller Caller, EmulatedRequest Request)> AdmitAsync(EmulatedRequest request, CancellationToken cancellationToken);
}
