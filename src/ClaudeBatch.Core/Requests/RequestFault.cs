namespace ClaudeBatch.Core.Requests;

/// <summary>Something about a request that the service would refuse, or that a person should know before it is sent.</summary>
/// <param name="Id">A stable id, such as <c>ModelRetired</c>.</param>
/// <param name="Message">What is wrong and what to do; the same words for every request that has it.</param>
/// <param name="IsError">The service would refuse the request; else it is only worth a warning.</param>
public readonly record struct RequestFault(string Id, string Message, bool IsError);
