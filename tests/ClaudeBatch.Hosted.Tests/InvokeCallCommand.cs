using System.Management.Automation;
using System.Reflection;
using System.Text;

namespace ClaudeBatch.Hosted.Tests;

/// <summary>Runs one call as the module's cmdlets do. The module is loaded apart, so that its classes are found by their names.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Call")]
public sealed class InvokeCallCommand : PSCmdlet, IDisposable
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private readonly CancellationTokenSource _stop = new();

    private object? _outcome;

    [Parameter(Mandatory = true, Position = 0)]
    public object[] Tool { get; set; } = [];

    [Parameter(Position = 1)]
    public string InputJson { get; set; } = "{}";

    [Parameter]
    public string Schema { get; set; } = "{}";

    [Parameter]
    public int Depth { get; set; } = 4;

    [Parameter]
    public int MaxOutput { get; set; } = 100_000;

    [Parameter]
    public TimeSpan? Timeout { get; set; }

    [Parameter]
    public string? Name { get; set; }

    /// <summary>Takes what became of the call, also where the pipeline is stopped and writes nothing.</summary>
    [Parameter]
    public List<string> Outcomes { get; set; } = [];

    public void Dispose() => _stop.Dispose();

    protected override void StopProcessing() => _stop.Cancel();

    protected override void ProcessRecord()
    {
        Assembly module = ((CmdletInfo)InvokeCommand.GetCommand("New-ClaudeBatchRequest", CommandTypes.Cmdlet)).ImplementingType.Assembly;
        Type Named(string name) => module.GetType($"ClaudeBatch.Tools.{name}", throwOnError: true)!;
        object tools = Call(Named("LineTools").GetMethod("Of")!, null, Tool, InvokeCommand)!;
        IEnumerable<object> all = (IEnumerable<object>)Get(tools, "All")!;
        object tool = Name is null ? all.First() : Call(tools.GetType().GetMethod("Find")!, tools, Name)!;
        object limits = Activator.CreateInstance(Named("ToolLimits"))!;
        Set(limits, nameof(Depth), Depth);
        Set(limits, nameof(MaxOutput), MaxOutput);
        Set(limits, nameof(Timeout), Timeout);
        object runner = Activator.CreateInstance(Named("ToolRunner"), [this, limits, TimeProvider.System])!;
        object command = Get(tool, "Command")!;
        Type callType = Named("ToolCall");
        Array calls = Array.CreateInstance(callType, 1);
        calls.SetValue(
            Activator.CreateInstance(
                callType,
                command,
                Get(tool, "Name"),
                new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(InputJson)),
                new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(Schema))),
            0);
        MethodInfo run = runner.GetType().GetMethod("Run")!;
        Type takesOutcome = run.GetParameters()[1].ParameterType;
        Delegate ended = Delegate.CreateDelegate(
            takesOutcome, this, GetType().GetMethod(nameof(Ended), Any)!.MakeGenericMethod(takesOutcome.GetGenericArguments()[1]));
        void Run() => Call(run, runner, calls, ended, _stop.Token);

        // Other work of the cmdlet goes on between the calls, on other threads.
        Type pump = module.GetType("ClaudeBatch.Pipeline.PipelinePump", throwOnError: true)!;
        Func<CancellationToken, Task> work = async _ =>
        {
            await Task.Yield();
            await ((Task)Call(pump.GetMethod("OnPipelineAsync")!, null, (Action)Run)!).ConfigureAwait(false);
        };
        Call(pump.GetMethod("Run")!, null, work, CancellationToken.None);
        Outcomes.Add(_outcome!.ToString()!);
        Call(runner.GetType().GetMethod("TellNotes")!, runner);
        PSObject told = new();
        foreach (string name in new[] { "Text", "IsError", "IsUnknown", "Duration" })
        {
            told.Properties.Add(new PSNoteProperty(name, Get(_outcome!, name)));
        }

        told.Properties.Add(new PSNoteProperty("Place", Get(tool, "Place")));
        told.Properties.Add(new PSNoteProperty("OnlyReads", Call(runner.GetType().GetMethod("OnlyReads")!, null, command)));
        WriteObject(told);
    }

    private void Ended<T>(int index, T outcome) => _outcome = outcome;

    private static object? Get(object of, string property) => of.GetType().GetProperty(property, Any)!.GetValue(of);

    private static void Set(object of, string property, object? value) => of.GetType().GetProperty(property, Any)!.SetValue(of, value);

    private static object? Call(MethodInfo method, object? on, params object?[] arguments)
        => method.Invoke(on, BindingFlags.DoNotWrapExceptions, null, arguments, null);
}
