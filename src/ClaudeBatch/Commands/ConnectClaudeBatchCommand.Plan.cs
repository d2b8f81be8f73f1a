using System.Collections;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Emulator;
using ClaudeBatch.Json;

namespace ClaudeBatch.Commands;

/// <content>The plan of the emulator.</content>
public sealed partial class ConnectClaudeBatchCommand
{
    private EmulatorPlan? Plan(out RehearsedAnswers? answers)
    {
        answers = null;
        if (EmulatorPlan is null)
        {
            return Emulator ? new EmulatorPlan() : null;
        }

        try
        {
            EmulatorPlan plan = ClaudeBatch.Emulator.EmulatorPlan.FromDictionary(
                (IDictionary)WithoutPSObjects(WithoutAnswers(EmulatorPlan, out answers))!);
            if (plan.Answers is not ("echo" or "schema"))
            {
                plan.Answers = ExistingFile(plan.Answers);
            }

            return plan;
        }
        catch (ArgumentException e)
        {
            throw new ClaudeBatchException(FailureKind.InvalidArgument, "EmulatorPlanInvalid", e.Message, e) { Target = EmulatorPlan };
        }
    }

    // The emulator knows no script; what it is to answer by one is stored for it when the requests are known.
    private static IDictionary WithoutAnswers(IDictionary plan, out RehearsedAnswers? answers)
    {
        object? key = plan.Keys.Cast<object>().FirstOrDefault(
            static k => string.Equals(k.ToString(), nameof(ClaudeBatch.Emulator.EmulatorPlan.Answers), StringComparison.OrdinalIgnoreCase));
        answers = (key is null ? null : ForeignValue.Bare(plan[key])) switch
        {
            ScriptBlock block => new RehearsedAnswers(block),
            IDictionary byId => new RehearsedAnswers(byId),
            _ => null,
        };
        return answers is null
            ? plan
            : new Hashtable(plan.Keys.Cast<object>().Where(k => !Equals(k, key)).ToDictionary(static k => k, k => plan[k]));
    }

    // The emulator does not know PowerShell's types and would not recognize a PSObject.
    private static object? WithoutPSObjects(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        IDictionary table => new Hashtable(table.Keys.Cast<object>().ToDictionary(static k => k, k => WithoutPSObjects(table[k]))),
        object[] several => several.Select(WithoutPSObjects).ToArray(),
        object bare => bare,
        null => null,
    };
}
