namespace ClaudeBatch.Core.Requests;

/// <summary>A fault of a request: something that the service would refuse, or that a person should know before it is sent.</summary>
/// <param name="Id">The fault's stable id, such as <c>ModelRetired</c>.</param>
/// <param name="Message">What is wrong and what to do. The text is the same for every request that has the fault.</param>
/// <param name="IsError">Whether the service would refuse the request; otherwise, the fault is a warning.</param>
public readonly record struct RequestFault(string Id, string Message, bool IsError);
